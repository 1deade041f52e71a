//! The task that publishes the log on Kafka, or stands by.

use eventstore::kafka::{AtStep, KafkaSettings, Relay, RelayOptions, RelayStatus};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::halted::Halted;
use crate::config::Config;
use crate::desk::Desk;

/// The relay of this process.
pub(super) struct RelayTask {
    task: JoinHandle<()>,
    status: watch::Receiver<RelayStatus>,
    halted: Halted,
}

impl RelayTask {
    /// Starts it under the name of this process. Kafka need not be there yet.
    pub(super) fn start(
        config: &Config,
        kafka: &KafkaSettings,
        desk: &Desk,
        process: Uuid,
        stop: &CancellationToken,
    ) -> Self {
        let options = RelayOptions {
            lease_ttl: config.relay_lease,
            holder: process,
            kinds: projections::KINDS.iter().map(ToString::to_string).collect(),
            at: AtStep::default(),
        };
        let relay = Relay::new(desk.store.clone(), kafka.clone(), options);
        let (status, halted, stop) = (relay.status(), Halted::default(), stop.clone());
        let halts = halted.clone();
        let task = tokio::spawn(async move {
            let Err(error) = relay.run(stop).await else { return };
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(
                %error,
                cause,
                "the relay stands still until this is put right and Docket is started again"
            );
            halts.because(&error);
        });
        Self { task, status, halted }
    }

    /// What it is about.
    pub(super) fn status(&self) -> watch::Receiver<RelayStatus> {
        self.status.clone()
    }

    /// What to ask whether it stands still.
    pub(super) fn halted(&self) -> Halted {
        self.halted.clone()
    }

    /// Waits until it has stopped.
    pub(super) async fn finish(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the relay did not stop as it should");
        }
    }
}
