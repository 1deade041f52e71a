//! The relay: publishes the log on Kafka, each event once, in order, by one process at a time.
//!
//! | module | what it holds |
//! |---|---|
//! | [`Relay`] | waits for the lease, leads as long as it has it |
//! | `session` | one stretch of leading: from what Kafka holds, until something goes wrong |
//! | `ahead` | reading the log while Kafka is busy |
//! | `publisher` | the transactions |
//! | `resume` | the record of how far it is, committed with the events |
//! | `note` | the same in Postgres, for others |
//!
//! Why no event is published twice or not at all: the transactional id fences whoever led before; what was committed
//! by then is read from Kafka itself, never from Postgres; and the lease is looked at once more after the fencing, so
//! that a relay which slept through its own end fences its successor at most, and publishes nothing.

mod ahead;
mod note;
mod publisher;
mod resume;
mod session;

use std::sync::Arc;
use std::time::Duration;

use rdkafka::error::KafkaError;
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

pub use self::note::forget_relay;
use self::session::{End, Session};
use crate::kafka::{KafkaSettings, TopicsError};
use crate::{EventStore, KeptLease, Leases, StoreError};

/// Name of the lease.
pub const RELAY_LEASE: &str = "relay";

/// How often at least one that stands by looks for the lease.
const LOOK: Duration = Duration::from_secs(1);

/// The longest rest after an error.
const REST: Duration = Duration::from_secs(5);

/// The shortest.
const FIRST_REST: Duration = Duration::from_millis(100);

/// What a relay is told beside the settings of Kafka.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// After how long without a sign of life another relay takes over.
    pub lease_ttl: Duration,
    /// This process (`work.processes`).
    pub holder: Uuid,
    /// Stream kinds whose topics are made at the start. Those of others are made when the first event comes.
    pub kinds: Vec<String>,
    /// Called on the publishing thread at each step; a test may hold the relay there.
    pub at: AtStep,
}

/// A step of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is about to begin.
    Begin,
    /// All records are handed over; it is about to be committed.
    Produced,
    /// It is committed; Postgres does not know of it yet.
    Committed,
}

/// What is called at each [`Step`]; by default nothing.
#[derive(Clone, Default)]
pub struct AtStep(Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl AtStep {
    /// Calls `call` at each step.
    pub fn new(call: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(call)))
    }

    fn step(&self, step: Step) {
        if let Some(call) = &self.0 {
            call(step);
        }
    }
}

impl std::fmt::Debug for AtStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AtStep")
    }
}

/// What a relay is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayState {
    /// Another one has the lease.
    StandingBy,
    /// It has the lease and is finding out where to go on, or cannot reach Kafka.
    Starting,
    /// It publishes.
    Active,
}

/// What is known of a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayStatus {
    /// What it is about.
    pub state: RelayState,
    /// Everything up to here is on Kafka, as far as this relay knows; 0 before it has led.
    pub position: i64,
    /// Events it has published since it was made.
    pub published: u64,
}

/// Why a relay has ended, or must begin anew.
#[derive(Debug, Error)]
pub enum RelayError {
    /// librdkafka does not take the settings.
    #[error("the Kafka settings are not valid")]
    Settings(#[source] KafkaError),
    /// The topics are not as they should be.
    #[error(transparent)]
    Topics(#[from] TopicsError),
    /// The topics were made with another number of partitions than is configured now.
    #[error(
        "the topics of this log have {recorded} partitions each, but kafka.partitions is {wanted}"
    )]
    Recorded {
        /// Partitions at the first start.
        recorded: i32,
        /// Partitions as configured.
        wanted: i32,
    },
    /// Kafka holds more than the log: these are the topics of another desk, or the database is an older copy.
    #[error("Kafka holds events up to position {on_kafka}, but the log ends at {in_log}")]
    Foreign {
        /// Position on Kafka.
        on_kafka: i64,
        /// Position of the log's last event.
        in_log: i64,
    },
    /// Kafka holds another event than the log: the database came back from a backup, and has grown since.
    #[error(
        "Kafka holds another event at position {position} than the log, so it is not the history of this log"
    )]
    Parted {
        /// The position.
        position: i64,
    },
    /// An event does not fit into a record.
    #[error("the event at position {position} is too large for Kafka")]
    TooLarge {
        /// Position of the event.
        position: i64,
    },
    /// Another relay has taken over.
    #[error("another relay has taken over")]
    Fenced,
    /// It was stopped, or has lost its lease, amidst a transaction.
    #[error("the transaction was given up")]
    Interrupted,
    /// The log cannot be read, or the progress not be noted.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Kafka is away, or has refused.
    #[error("Kafka has failed")]
    Kafka(#[from] KafkaError),
}

impl RelayError {
    /// Whether somebody has to do something about it first.
    fn is_final(&self) -> bool {
        match self {
            Self::Settings(_)
            | Self::Topics(TopicsError::Partitions { .. })
            | Self::Recorded { .. }
            | Self::Foreign { .. }
            | Self::Parted { .. }
            | Self::TooLarge { .. } => true,
            Self::Topics(
                TopicsError::Refused { .. } | TopicsError::Absent { .. } | TopicsError::Kafka(_),
            )
            | Self::Fenced
            | Self::Interrupted
            | Self::Store(_)
            | Self::Kafka(_) => false,
        }
    }
}

/// Publishes the log on Kafka while it has the lease, and stands by while another has it.
pub struct Relay {
    store: EventStore,
    settings: KafkaSettings,
    options: RelayOptions,
    status: watch::Sender<RelayStatus>,
}

impl Relay {
    /// A relay that does nothing before it is run.
    pub fn new(store: EventStore, settings: KafkaSettings, options: RelayOptions) -> Self {
        let status = RelayStatus { state: RelayState::StandingBy, position: 0, published: 0 };
        Self { store, settings, options, status: watch::Sender::new(status) }
    }

    /// What is known of this relay, as it changes.
    pub fn status(&self) -> watch::Receiver<RelayStatus> {
        self.status.subscribe()
    }

    /// Publishes until it is stopped. Whatever is away, Kafka or Postgres, is waited for.
    ///
    /// # Errors
    /// Only those that need somebody's hand: settings that are not valid, topics with another number of partitions or
    /// of another desk, an event that does not fit.
    pub async fn run(self, stop: CancellationToken) -> Result<(), RelayError> {
        let leases = Leases::new(self.store.pool().clone(), self.options.holder);
        while let Some(lease) = self.take_lease(&leases, &stop).await {
            info!(epoch = lease.held().epoch, "this process is the relay");
            self.status.send_modify(|status| status.state = RelayState::Starting);
            let ended = self.lead(&lease, &stop).await;
            self.status.send_modify(|status| status.state = RelayState::StandingBy);
            if let Err(error) = lease.release().await {
                warn!(%error, "the lease could not be given back, it runs out by itself");
            }
            match ended? {
                End::Stopped => return Ok(()),
                End::Lost => {
                    info!("the lease is lost: standing by, as another process may be the relay now")
                }
            }
        }
        Ok(())
    }

    /// Waits for the lease; `None` when stopped meanwhile.
    async fn take_lease(&self, leases: &Leases, stop: &CancellationToken) -> Option<KeptLease> {
        let rest = (self.options.lease_ttl / 4).min(LOOK);
        loop {
            if stop.is_cancelled() {
                return None;
            }
            match leases.acquire(RELAY_LEASE, self.options.lease_ttl).await {
                Ok(Some(held)) => return Some(leases.keep(held)),
                Ok(None) => {}
                Err(error) => warn!(%error, "cannot look for the lease of the relay"),
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Publishes as long as the lease is held, beginning anew after each error.
    async fn lead(&self, lease: &KeptLease, stop: &CancellationToken) -> Result<End, RelayError> {
        let mut rest = FIRST_REST;
        loop {
            let session = Session {
                store: &self.store,
                settings: &self.settings,
                options: &self.options,
                status: &self.status,
                lease,
                stop,
            };
            let before = self.status.borrow().published;
            let error = match session.run().await {
                Ok(end) => return Ok(end),
                Err(RelayError::Fenced) => return Ok(End::Lost),
                Err(error) if error.is_final() => return Err(error),
                Err(error) => error,
            };
            self.status.send_modify(|status| status.state = RelayState::Starting);
            rest = if self.status.borrow().published > before { FIRST_REST } else { rest };
            warn!(
                error = &error as &dyn std::error::Error,
                "the relay begins anew from what is committed"
            );
            tokio::select! {
                () = stop.cancelled() => return Ok(End::Stopped),
                () = lease.lost().cancelled() => return Ok(End::Lost),
                () = tokio::time::sleep(rest) => {}
            }
            rest = (rest * 2).min(REST);
        }
    }
}
