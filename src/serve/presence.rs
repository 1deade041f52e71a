//! This process on the list of processes.

use std::time::Duration;

use anyhow::{Context, Result};
use eventstore::{Process, Processes};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::halted::Health;
use crate::config::{Config, Role};
use crate::desk::Desk;

/// How often a process says that it is there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// How long it takes to say good-bye at most.
const FAREWELL: Duration = Duration::from_secs(3);

/// What this process is, before anybody knows of it.
pub(super) fn this_process(config: &Config, desk: &Desk) -> Process {
    // A relay without Kafka has nothing to do, so it is none.
    let has = |role: &Role| *role != Role::Relay || config.kafka().is_some();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Process {
        id: desk.store.ambient().uuid_v7(),
        roles: config.roles.iter().filter(has).map(|role| role.to_string()).collect(),
        host,
        pid: i32::try_from(std::process::id()).unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Its row, which a task keeps fresh.
pub(super) struct Presence {
    processes: Processes,
    process: Process,
    task: JoinHandle<()>,
}

impl Presence {
    /// Puts the process on the list.
    pub(super) async fn begin(
        desk: &Desk,
        process: Process,
        health: Health,
        stop: &CancellationToken,
    ) -> Result<Self> {
        let processes = Processes::new(desk.store.pool().clone());
        processes.touch(&process, None).await.context("registering this process")?;
        let stop = stop.clone();
        let task = tokio::spawn(keep(processes.clone(), process.clone(), health, stop));
        Ok(Self { processes, process, task })
    }

    /// Takes it off the list; to be called when it has been stopped.
    pub(super) async fn end(self) {
        let leave = async {
            drop(self.task.await);
            self.processes.remove(self.process.id).await
        };
        match timeout(FAREWELL, leave).await {
            Ok(Ok(())) => {}
            // The others will find out by themselves.
            Ok(Err(_)) | Err(_) => tracing::debug!("the process stays on the list for a while"),
        }
    }
}

async fn keep(processes: Processes, process: Process, health: Health, stop: CancellationToken) {
    let mut moments = interval(SIGN_OF_LIFE);
    moments.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = moments.tick() => {}
        }
        let trouble = health.trouble().map(|trouble| trouble.detail);
        if let Err(error) = processes.touch(&process, trouble.as_deref()).await {
            tracing::debug!(%error, "no sign of life could be given");
        }
    }
}
