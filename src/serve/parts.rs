//! What runs in this process besides the API, by its roles.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use eventstore::kafka::RelayStatus;
use files::{AtRest, FileStore};
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use workers::external::{External, ExternalSettings};
use workers::files::{OcrOptions, TextReader};
use workers::inbound::InboundConsumer;
use workers::jobs::RunnerOptions;
use workers::{Workers, WorkersOptions};

use super::banner::local_url;
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
    external: Option<External>,
}

impl Parts {
    /// Starts what the roles ask for. Those that stop by themselves do so at `stop`. `addresses` are those that this
    /// process listens on.
    pub(super) async fn start(
        config: &Config,
        desk: &Desk,
        process: Uuid,
        addresses: &[SocketAddr],
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
        let (workers, external) = match has(Role::Worker) {
            true => {
                let (workers, external) = work(config, desk, process, addresses)?;
                (Some(workers), Some(external))
            }
            false => (None, None),
        };
        Ok(Self { projectors, relay, workers, external })
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

    /// What the parts count themselves.
    pub(super) fn counted(&self) -> Registry {
        let mut counted = Registry::with_prefix("docket");
        if let Some(external) = &self.external {
            external.register(&mut counted);
        }
        counted
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

/// Reactions to events, timers, jobs, and tickets that come in from Kafka.
fn work(
    config: &Config,
    desk: &Desk,
    process: Uuid,
    addresses: &[SocketAddr],
) -> Result<(Workers, External)> {
    let here = || addresses.first().map(|address| local_url(*address)).unwrap_or_default();
    let external = External::new(ExternalSettings {
        public_url: config.public_url.clone().unwrap_or_else(here),
        systems: config.external.clone(),
    })?;
    let inbound = config.kafka().map(|kafka| {
        let consumer = InboundConsumer::new(desk.commands.clone(), kafka.clone());
        consumer.context("the Kafka settings are not valid")
    });
    let inbound = inbound.transpose()?;
    let workers = Workers::start(WorkersOptions {
        commands: desk.jobs.clone(),
        queries: desk.queries.clone(),
        external: external.clone(),
        files: FileStore::local(&config.data_dir.join("files"), AtRest::Sealed)?,
        sweep_grace: Duration::from_secs(24 * 3600),
        ocr: TextReader::new(&OcrOptions::default()),
        process,
        queues: config.queues.clone(),
        jobs: RunnerOptions { lease: config.job_lease, ..RunnerOptions::default() },
    })?;
    let workers = match inbound {
        Some(inbound) => workers.with_inbound(inbound),
        None => workers,
    };
    Ok((workers, external))
}
