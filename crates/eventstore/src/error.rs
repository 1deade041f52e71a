//! What can go wrong with the log itself. Conflicts, duplicates and claims are results, not errors.

use thiserror::Error;

/// Largest `data` plus `metadata` of one event, in bytes. Larger payloads belong into sealed files.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

/// The log could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// An event is over [`MAX_EVENT_BYTES`].
    #[error("the event {event_type} has {bytes} bytes; at most {MAX_EVENT_BYTES} are possible")]
    EventTooLarge {
        /// Type of the event.
        event_type: String,
        /// Its size in bytes.
        bytes: usize,
    },
    /// The database cannot be reached, or has not answered in time. Whether an append went through is unknown:
    /// repeat it with the same command id.
    #[error("the event store is not available")]
    Unavailable,
    /// The database refused a statement.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
    /// What is stored is not what was written.
    #[error("the event at position {position} cannot be read: {reason}")]
    Unreadable {
        /// Position of the event.
        position: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// What the log is read through (another Docket, Kafka) is not there or not well. It may be again, by itself.
    #[error("the source of events is not available: {reason}")]
    Source {
        /// What it said, or why it said nothing.
        reason: String,
    },
    /// What the log is read through does not let us, and will not until somebody changes something.
    #[error("the source of events refused: {reason}")]
    Refused {
        /// What it said.
        reason: String,
    },
    /// Encryption failed (which it does for no input we know).
    #[error("a personal value could not be sealed")]
    Sealing,
    /// The migrations could not be applied.
    #[error("the database could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for StoreError {
    /// A database that is not there is [`StoreError::Unavailable`]; one that says no is [`StoreError::Database`].
    fn from(error: sqlx::Error) -> Self {
        if is_answer(&error) {
            Self::Database(error)
        } else {
            tracing::debug!(%error, "the database is not available");
            Self::Unavailable
        }
    }
}

/// Did the database itself say no (as opposed to not being there)?
pub(crate) fn is_answer(error: &sqlx::Error) -> bool {
    match error {
        // Class 55: a lock was not to be had; 40: told to try again.
        sqlx::Error::Database(_) if is_of_class(error, &["55", "40"]) => false,
        sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => false,
        // Not an enum of ours: what is left was answered, or never sent.
        _ => !is_absence(error),
    }
}

/// Is the database away or out of time, rather than unwilling? Then the same may be tried again.
pub fn is_absence(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // Class 57: shut down, crashed or cancelled by the statement time-out; 53: out of resources; 08: connection.
        _ => is_of_class(error, &["57", "53", "08"]),
    }
}

/// Is it the database's answer, with a code of one of these classes?
fn is_of_class(error: &sqlx::Error, classes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(|answer| answer.code()).unwrap_or_default();
    classes.iter().any(|class| code.starts_with(class))
}
