//! The log of Docket: append-only streams of events in Postgres, and nothing about tickets.
//!
//! | module | what it holds |
//! |---|---|
//! | [`EventStore`] | the log's front: append, read, open, claims, receipts |
//! | `request`, `event` | what goes in, what comes out |
//! | `prepare` → `appender` → `batch` | the way of an append: sealed and hashed by the caller, gathered by one task, sent as one call of `log.append` |
//! | `personal`, `keys`, [`Secrets`] | personal values: sealed under the key of a subject, forgotten with it |
//! | [`FileOwner`] | the key of what lies outside the log and is forgotten with it |
//! | `leaf`, [`verify`](EventStore::verify) | the hashes over the log, and their recomputation |
//! | [`EventSource`], [`PgTail`], [`FeedSource`] | reading the log as it grows: from the database, from another Docket |
//! | [`pool_options`] | connections that are asked whether they are there, but not each time |
//! | [`LogNews`] | waiting until the log has grown |
//! | [`Leases`] | one holder at a time for what must not be done twice at once |
//! | [`kafka`] | the log on Kafka: relayed there, read from there |
//! | [`Processes`] | who is there, with which roles, and who holds a lease |
//! | [`Ambient`] | clock and randomness, handed in |

mod ambient;
mod appender;
mod batch;
mod erase;
mod error;
mod event;
mod feed;
mod file_owner;
pub mod kafka;
mod keys;
mod leaf;
mod lease;
mod link;
mod news;
mod open;
mod personal;
mod pool;
mod prepare;
mod processes;
mod read;
mod request;
mod secrets;
mod source;
mod store;
mod tail;
mod trace;
mod verify;

pub use ambient::{Ambient, Clock, Entropy};
pub use appender::AppendCounts;
pub use error::{MAX_EVENT_BYTES, StoreError, is_absence};
pub use event::{
    Actor, Client, EventHeader, Metadata, NewEvent, OpenedEvent, StoredEvent, StreamKind,
};
pub use feed::{FeedSettings, FeedSource};
pub use file_owner::FileOwner;
pub use lease::{Held, KeptLease, Leases};
pub use news::LogNews;
pub use open::open_without_personal;
pub use pool::pool_options;
pub use processes::{HeldLease, Process, Processes, Registered};
pub use read::{EventFilter, Head, READ_BYTES};
pub use request::{
    AppendRequest, Appended, Claim, Credential, Expected, Identifier, IdentifierKind, Receipt,
    StreamAppend, Subject,
};
pub use secrets::Secrets;
pub use source::{
    Checkpoint, EventSource, Partition, Reading, SourcedBatch, Stretch, UnknownPartition,
};
pub use store::{EventStore, StoreOptions};
pub use tail::PgTail;
pub use trace::TRACE_TARGET;
pub use verify::{Fault, VerifyReport};

/// The migrations of the schemas `log`, `vault` and `work`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Brings the database up to date; safe to call from several processes at once.
pub async fn migrate(pool: &sqlx::PgPool) -> Result<(), StoreError> {
    Ok(MIGRATOR.run(pool).await?)
}
