//! What runs in this process besides the API, by its roles.

use anyhow::{Context, Result};
use eventstore::kafka::RelayStatus;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use workers::inbound::InboundConsumer;
use workers::jobs::RunnerOptions;
use workers::{Workers, WorkersOptions};

use super::halted::Health;
use super::projectors::Projectors;
use super::relay::RelayTask;
use crate::config::{Config, Role};
use crate::desk::Desk;

/// The parts of this process.
pub(super) struct Parts {
    projectors: Option<Projectors>,
    relay: Option<RelayTask>,
    workers: Option<Workers>,
}

impl Parts {
    /// Starts what the roles ask for. Those that stop by themselves do so at `stop`.
    pub(super) async fn start(
        config: &Config,
        desk: &Desk,
        process: Uuid,
        stop: &CancellationToken,
    ) -> Result<Self> {
        let has = |role| config.roles.include(role);
        let projectors = match has(Role::Projector) {
            true => Some(Projectors::start(desk, &config.source, stop).await?),
            false => {
                // Who starts first must not find nothing to read from.
                let prepared = projections::prepare_missing(desk.store.pool()).await;
                prepared.context("preparing the views")?;
                None
            }
        };
        let relay = match (has(Role::Relay), config.kafka()) {
            (true, Some(kafka)) => Some(RelayTask::start(config, kafka, desk, process, stop)),
            // Where everything is asked for, a relay without Kafka is nothing to talk about.
            (true, None) | (false, _) => None,
        };
        let workers = if has(Role::Worker) { Some(work(config, desk)?) } else { None };
        Ok(Self { projectors, relay, workers })
    }

    /// What to ask how they do.
    pub(super) fn health(&self) -> Health {
        Health {
            views: self.projectors.as_ref().map(Projectors::halted).unwrap_or_default(),
            relay: self.relay.as_ref().map(RelayTask::halted).unwrap_or_default(),
        }
    }

    /// What the relay is about, where there is one.
    pub(super) fn relay_status(&self) -> Option<watch::Receiver<RelayStatus>> {
        self.relay.as_ref().map(RelayTask::status)
    }

    /// Stops all of them: first those that append, then those that read what was appended.
    pub(super) async fn finish(self, stop: &CancellationToken) {
        if let Some(workers) = self.workers {
            workers.finish().await;
        }
        stop.cancel();
        if let Some(relay) = self.relay {
            relay.finish().await;
        }
        if let Some(projectors) = self.projectors {
            projectors.finish().await;
        }
    }
}

/// Jobs, and tickets that come in from Kafka.
fn work(config: &Config, desk: &Desk) -> Result<Workers> {
    let inbound = config.kafka().map(|kafka| {
        let consumer = InboundConsumer::new(desk.commands.clone(), kafka.clone());
        consumer.context("the Kafka settings are not valid")
    });
    let inbound = inbound.transpose()?;
    let workers = Workers::start(WorkersOptions {
        commands: desk.commands.clone(),
        queues: config.queues.clone(),
        jobs: RunnerOptions { lease: config.job_lease, ..RunnerOptions::default() },
    })?;
    Ok(match inbound {
        Some(inbound) => workers.with_inbound(inbound),
        None => workers,
    })
}
