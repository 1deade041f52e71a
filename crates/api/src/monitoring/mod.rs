//! What those see who run Docket.
//!
//! | module | what it holds |
//! |---|---|
//! | [`Monitoring`] | what health, metrics and status are made of; every process has one, whatever its roles |
//! | [`Status`] | who is there, how far everybody is, and what needs a person |
//! | `requests` | how many requests there were, and how long they took |
//! | `scrape`, `format` | all metrics as text |
//! | `snapshot` | what metrics have to ask the database for, once a second at most |

mod format;
mod requests;
mod scrape;
mod snapshot;
mod status;

use std::sync::Arc;

use commands::Commands;
use eventstore::kafka::RelayStatus;
use eventstore::{EventStore, Processes};
use projections::Queries;
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use uuid::Uuid;

pub(crate) use format::Format;
pub(crate) use requests::count_request;
pub use status::{
    Attention, ConsumerStatus, JobsStatus, LeaseStatus, LogStatus, ParkedStatus, ProcessStatus,
    RelayProgress, Status, StatusError,
};

use requests::Requests;
use snapshot::Looks;

/// What a [`Monitoring`] is made of.
#[derive(Debug, Clone)]
pub struct MonitoringOptions {
    /// The write side, for its jobs.
    pub commands: Commands,
    /// The read side, for how far it is.
    pub queries: Queries,
    /// The log.
    pub store: EventStore,
    /// This process, as it is registered.
    pub process: Uuid,
    /// The relay of this process, where it has one.
    pub relay: Option<watch::Receiver<RelayStatus>>,
    /// What the parts of this process count themselves.
    pub counted: Arc<Registry>,
}

/// Health, metrics and status of a process. Cheap to clone.
#[derive(Clone)]
pub struct Monitoring(Arc<Inner>);

struct Inner {
    options: MonitoringOptions,
    processes: Processes,
    requests: Requests,
    /// The metrics that are counted here, not asked for.
    counted: Registry,
    looks: Looks,
}

impl Monitoring {
    /// Begins to count.
    pub fn new(options: MonitoringOptions) -> Self {
        let processes = Processes::new(options.store.pool().clone());
        let mut counted = Registry::with_prefix("docket");
        let requests = Requests::register(&mut counted);
        let looks = Looks::default();
        Self(Arc::new(Inner { options, processes, requests, counted, looks }))
    }

    /// The read side.
    pub(crate) fn queries(&self) -> &Queries {
        &self.0.options.queries
    }

    /// Who is there, how far everybody is, and what needs a person.
    pub(crate) async fn status(&self) -> Result<Status, crate::conventions::Problem> {
        let MonitoringOptions { commands, queries, .. } = &self.0.options;
        Ok(Status::gather(commands, queries, &self.0.processes).await?)
    }
}

impl std::fmt::Debug for Monitoring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Monitoring")
    }
}
