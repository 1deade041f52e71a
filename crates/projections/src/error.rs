//! What can go wrong on the read side.

use domain::DecodeError;
use eventstore::{StoreError, is_absence};
use thiserror::Error;

/// Why a projector stopped. Nothing was skipped: it goes on from its checkpoint when started again.
#[derive(Debug, Error)]
pub enum ProjectionError {
    /// The log could not be read.
    #[error("the log cannot be read")]
    Log(#[from] StoreError),
    /// The database refused a statement.
    #[error("the views cannot be written")]
    Database(#[from] sqlx::Error),
    /// A newer Docket wrote this event: this one must not guess.
    #[error("the event at position {position} is newer than this version of Docket; update it")]
    Newer {
        /// Position of the event.
        position: i64,
        /// What is not known.
        source: DecodeError,
    },
    /// A newer Docket wrote into a kind of stream that this one does not know.
    #[error("the event at position {position} is of the unknown kind {kind}; update Docket")]
    NewerKind {
        /// Position of the event.
        position: i64,
        /// The kind of its stream.
        kind: String,
    },
    /// The data of an event is not what its type says.
    #[error("the event at position {position} cannot be folded into the views")]
    Data {
        /// Position of the event.
        position: i64,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// An event is not the next one of its stream.
    #[error("the event at position {position} does not follow version {folded} of its stream")]
    OutOfOrder {
        /// Position of the event.
        position: i64,
        /// The version the view had.
        folded: i32,
    },
    /// A row of a view is not what this version writes: the views must be built again.
    #[error("a stored row of {view} cannot be read")]
    Row {
        /// The view.
        view: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The checkpoint is not where this projector left it: another one owns the views now.
    #[error("another projector moved the checkpoint of {consumer} from position {expected}")]
    OtherOwner {
        /// The consumer.
        consumer: &'static str,
        /// Where this projector left it.
        expected: i64,
    },
    /// Checkpoints are kept in another way by now: somebody reads the log from elsewhere.
    #[error(
        "the checkpoints of {consumer} were changed under this projector; give all projectors the same source"
    )]
    OtherLayout {
        /// The consumer.
        consumer: &'static str,
    },
    /// The tables are those of another version of Docket, which folds into them, or will.
    #[error(
        "the views are those of another version of Docket; start the processes of this one anew, or update them"
    )]
    OtherVersion,
    /// The task that reads ahead ended without a word.
    #[error("the reader of the log ended")]
    ReaderGone,
}

/// Whether an error is of the surroundings, and so may pass.
pub(crate) fn is_of_the_surroundings(error: &ProjectionError) -> bool {
    match error {
        ProjectionError::Log(error) => match error {
            StoreError::Unavailable | StoreError::Database(_) | StoreError::Source { .. } => true,
            StoreError::EventTooLarge { .. }
            | StoreError::Unreadable { .. }
            | StoreError::Refused { .. }
            | StoreError::Sealing
            | StoreError::Migration(_) => false,
        },
        // 08 connection, 25 a server that only reads, 40 rollback, 53 resources, 55 not in the state for it,
        // 57 intervention, 58 and XX what the server itself stumbled over
        ProjectionError::Database(error) => class(error).is_none_or(|class| {
            ["08", "25", "40", "53", "55", "57", "58", "XX"].contains(&class.as_str())
        }),
        ProjectionError::ReaderGone => true,
        ProjectionError::Newer { .. }
        | ProjectionError::NewerKind { .. }
        | ProjectionError::Data { .. }
        | ProjectionError::OutOfOrder { .. }
        | ProjectionError::Row { .. }
        | ProjectionError::OtherOwner { .. }
        | ProjectionError::OtherLayout { .. }
        | ProjectionError::OtherVersion => false,
    }
}

/// Whether a transaction was rolled back for another one, as in a deadlock: it may be tried again at once.
pub(crate) fn is_given_way(error: &ProjectionError) -> bool {
    matches!(error, ProjectionError::Database(error) if class(error).as_deref() == Some("40"))
}

/// Whether an error is in the data of an event, so that its stream is to be parked and all others may go on.
pub(crate) fn is_in_the_data(error: &ProjectionError) -> bool {
    match error {
        ProjectionError::Data { .. }
        | ProjectionError::OutOfOrder { .. }
        | ProjectionError::Row { .. } => true,
        // 21 and 22 data, 23 constraints, 54 limits of a row or a value
        ProjectionError::Database(error) => {
            class(error).is_some_and(|class| ["21", "22", "23", "54"].contains(&class.as_str()))
        }
        ProjectionError::Log(error) => match error {
            StoreError::Unreadable { .. } => true,
            StoreError::Unavailable
            | StoreError::Database(_)
            | StoreError::EventTooLarge { .. }
            | StoreError::Source { .. }
            | StoreError::Refused { .. }
            | StoreError::Sealing
            | StoreError::Migration(_) => false,
        },
        ProjectionError::Newer { .. }
        | ProjectionError::NewerKind { .. }
        | ProjectionError::OtherOwner { .. }
        | ProjectionError::OtherLayout { .. }
        | ProjectionError::OtherVersion
        | ProjectionError::ReaderGone => false,
    }
}

/// The class of what the database answered; none when it did not.
fn class(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.chars().take(2).collect())
}

/// Why a query has no answer.
#[derive(Debug, Error)]
pub enum QueryError {
    /// The database refused or did not answer in time.
    #[error("the views cannot be read")]
    Database(#[from] sqlx::Error),
    /// The log could not be read.
    #[error("the log cannot be read")]
    Log(#[from] StoreError),
    /// A row is not what this version of Docket writes.
    #[error("a stored row of {view} cannot be read")]
    Row {
        /// The view.
        view: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// An event in the log is not what its type says.
    #[error("the event at position {position} cannot be read")]
    Event {
        /// Position of the event.
        position: i64,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The cursor is not one of this list and order.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// The views did not reach the wanted position in time.
    #[error("the views are at position {reached}, not yet at {wanted}")]
    Behind {
        /// The wanted position.
        wanted: i64,
        /// The position they have reached.
        reached: i64,
    },
}

impl QueryError {
    /// Is the database away or out of time, rather than unwilling? Then the same query may be sent again.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Database(error) => is_absence(error),
            Self::Log(_)
            | Self::Row { .. }
            | Self::Event { .. }
            | Self::BadCursor
            | Self::Behind { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::error::Error as StdError;

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    #[derive(Debug, Error)]
    #[error("{0}")]
    struct Refusal(&'static str);

    impl DatabaseError for Refusal {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn what_the_database_answers_is_tried_again_or_parks_or_stops_the_projector() {
        let again = [
            "08006", "25006", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01",
            "57P03", "58030", "XX000",
        ];
        let parks = ["21000", "22021", "22001", "23505", "54000"];
        let stops = ["0A000", "28P01", "3F000", "42501", "42703", "42P01"];
        for (codes, expected) in
            [(&again[..], (true, false)), (&parks, (false, true)), (&stops, (false, false))]
        {
            for code in codes {
                let error =
                    ProjectionError::Database(sqlx::Error::Database(Box::new(Refusal(code))));
                let found = (is_of_the_surroundings(&error), is_in_the_data(&error));
                assert_eq!(found, expected, "{code}");
            }
        }
        let gone = ProjectionError::Database(sqlx::Error::PoolTimedOut);
        assert_eq!((is_of_the_surroundings(&gone), is_in_the_data(&gone)), (true, false));
    }
}
