//! What metrics have to ask the database for.

use std::sync::Arc;
use std::time::Duration;

use commands::jobs::QueueCounts;
use eventstore::HeldLease;
use projections::FanOut;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::{Monitoring, MonitoringOptions};

/// For so long an answer is good enough, however many ask.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the database said.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) fan_out: FanOut,
    pub(super) leases: Vec<HeldLease>,
    pub(super) jobs: Vec<QueueCounts>,
    pub(super) tasks_waiting: i64,
    pub(super) timer_lag: Duration,
}

/// The last look, and when it was. Whoever comes while somebody looks waits for what they find.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<Option<(Instant, Option<Arc<Snapshot>>)>>);

impl Monitoring {
    /// What the database says, or said a moment ago; none when it does not answer in time.
    pub(super) async fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let mut last = self.0.looks.0.lock().await;
        if let Some((at, found)) = &*last
            && at.elapsed() < GOOD_FOR
        {
            return found.clone();
        }
        let found = match timeout(PATIENCE, self.look()).await {
            Ok(Ok(found)) => Some(Arc::new(found)),
            Ok(Err(error)) => {
                tracing::warn!(error, "the database cannot be asked for metrics");
                None
            }
            Err(_) => {
                tracing::warn!("the database does not answer in time for metrics");
                None
            }
        };
        *last = Some((Instant::now(), found.clone()));
        found
    }

    async fn look(&self) -> Result<Snapshot, String> {
        let MonitoringOptions { commands, queries, .. } = &self.0.options;
        let fan_out = queries.fan_out().await.map_err(|error| error.to_string())?;
        let leases = self.0.processes.leases().await.map_err(|error| error.to_string())?;
        let jobs = commands.job_counts().await.map_err(|error| error.to_string())?;
        let waiting = commands.tasks_waiting_count().await;
        let tasks_waiting = waiting.map_err(|error| error.to_string())?;
        let next = commands.next_timer().await.map_err(|error| error.to_string())?;
        let now = commands.store().ambient().now();
        let timer_lag = next.and_then(|due| (now - due).to_std().ok()).unwrap_or_default();
        Ok(Snapshot { fan_out, leases, jobs, tasks_waiting, timer_lag })
    }
}
