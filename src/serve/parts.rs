//! What runs in this process besides the API, by its roles.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use eventstore::kafka::RelayStatus;
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use workers::external::{External, ExternalSettings};
use workers::files::{SweepMetrics, TextReader};
use workers::inbound::InboundConsumer;
use workers::jobs::RunnerOptions;
use workers::{Workers, WorkersOptions};

use super::banner::local_url;
use super::contents::{self, Contents};
use super::halted::Health;
use super::projectors::Projectors;
use super::relay::RelayTask;
use crate::config::{Config, Role};
use crate::desk::Desk;

/// The parts of this process.
pub(super) struct Parts {
    projectors: Option<Projectors>,
    relay: Option<RelayTask>,
    work: Option<Work>,
    contents: Option<Contents>,
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
        let contents = Contents::open(config, stop).await?;
        let work = match (&contents, has(Role::Worker)) {
            (Some(contents), true) => {
                Some(Work::start(config, desk, contents, process, addresses)?)
            }
            (_, _) => None,
        };
        Ok(Self { projectors, relay, work, contents })
    }

    /// What to ask how they do.
    pub(super) fn health(&self) -> Health {
        Health {
            views: self.projectors.as_ref().map(Projectors::halted).unwrap_or_default(),
            relay: self.relay.as_ref().map(RelayTask::halted).unwrap_or_default(),
            files: self.contents.as_ref().map(Contents::reached).unwrap_or_default(),
        }
    }

    /// Where files lie, where this process has anything to do with them.
    pub(super) fn contents(&self) -> Option<&Contents> {
        self.contents.as_ref()
    }

    /// What the relay is about, where there is one.
    pub(super) fn relay_status(&self) -> Option<watch::Receiver<RelayStatus>> {
        self.relay.as_ref().map(RelayTask::status)
    }

    /// What the parts count themselves.
    pub(super) fn counted(&self) -> Registry {
        let mut counted = Registry::with_prefix("docket");
        if let Some(work) = &self.work {
            work.external.register(&mut counted);
            work.text.register(&mut counted);
            work.sweeps.register(&mut counted);
        }
        if let Some(contents) = &self.contents {
            contents.register(&mut counted);
        }
        counted
    }

    /// Stops all of them: first those that append, then those that read what was appended.
    pub(super) async fn finish(self, stop: &CancellationToken) {
        if let Some(work) = self.work {
            work.workers.finish().await;
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
struct Work {
    workers: Workers,
    external: External,
    text: TextReader,
    sweeps: SweepMetrics,
}

impl Work {
    fn start(
        config: &Config,
        desk: &Desk,
        contents: &Contents,
        process: Uuid,
        addresses: &[SocketAddr],
    ) -> Result<Self> {
        let here = || addresses.first().map(|address| local_url(*address)).unwrap_or_default();
        let external = External::new(ExternalSettings {
            public_url: config.public_url.clone().unwrap_or_else(here),
            systems: config.external.clone(),
        })?;
        let text = contents::text_reader(&config.ocr);
        let sweeps = SweepMetrics::default();
        let inbound = config.kafka().map(|kafka| {
            let consumer = InboundConsumer::new(desk.commands.clone(), kafka.clone());
            consumer.context("the Kafka settings are not valid")
        });
        let inbound = inbound.transpose()?;
        let workers = Workers::start(WorkersOptions {
            commands: desk.jobs.clone(),
            queries: desk.queries.clone(),
            external: external.clone(),
            files: contents.store(),
            sweep_grace: config.files.sweep_grace,
            sweeps: sweeps.clone(),
            ocr: text.clone(),
            process,
            queues: config.queues.clone(),
            jobs: RunnerOptions { lease: config.job_lease, ..RunnerOptions::default() },
        })?;
        let workers = match inbound {
            Some(inbound) => workers.with_inbound(inbound),
            None => workers,
        };
        Ok(Self { workers, external, text, sweeps })
    }
}
