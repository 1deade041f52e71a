//! What a command asks of the log, and what it gets.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Metadata, NewEvent, StreamKind};

/// The version a stream must have for the append to go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// Just this; 0 means that the stream must not exist yet.
    Exactly(i32),
}

/// Whose personal values an append carries: the person who can ask to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The stream stands for itself (a ticket without a customer, a user's own record).
    Stream,
    /// Another stream's subject (the user whom an audit record is about).
    Id(Uuid),
    /// Whoever these identifiers belong to; the first known one decides, a link between two people is recorded.
    Identified(Vec<Identifier>),
}

/// What kind of thing identifies a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentifierKind {
    /// An e-mail address.
    Email,
    /// A customer number.
    CustomerId,
}

impl IdentifierKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::CustomerId => "customer_id",
        }
    }
}

/// Something that identifies a person, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    pub(crate) kind: IdentifierKind,
    pub(crate) value: String,
}

impl Identifier {
    /// An e-mail address; case and surrounding space do not matter.
    pub fn email(address: &str) -> Self {
        Self { kind: IdentifierKind::Email, value: address.trim().to_lowercase() }
    }

    /// A customer number; surrounding space does not matter.
    pub fn customer_id(id: &str) -> Self {
        Self { kind: IdentifierKind::CustomerId, value: id.trim().to_owned() }
    }
}

/// Events for one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The stream.
    pub stream_id: Uuid,
    /// Its kind.
    pub kind: StreamKind,
    /// The version it must have.
    pub expected: Expected,
    /// Whose personal values the events carry.
    pub subject: Subject,
    /// The events, in order; may be none (the version is checked all the same).
    pub events: Vec<NewEvent>,
}

/// A value that one stream holds alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    pub(crate) kind: &'static str,
    pub(crate) key: Vec<u8>,
}

impl Claim {
    /// A claim on a value that is not personal, stored as it is.
    pub fn plain(kind: &'static str, key: impl Into<Vec<u8>>) -> Self {
        Self { kind, key: key.into() }
    }

    /// What is claimed.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

/// A secret that is written to the vault in the append's transaction.
#[derive(Clone)]
pub struct Credential {
    /// Whom it belongs to.
    pub owner: Uuid,
    /// `password`, `api_token`.
    pub kind: &'static str,
    /// A hash of the secret; `None` removes it.
    pub secret: Option<Vec<u8>>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({}, {}, …)", self.owner, self.kind)
    }
}

/// One command's append: all of it or nothing.
#[derive(Debug, Clone)]
pub struct AppendRequest {
    /// Names the command; a repeat appends nothing.
    pub command_id: Uuid,
    /// Keyed hash of the request behind the command.
    pub body_hash: [u8; 32],
    /// Events by stream. The first stream is the one the command is about.
    pub streams: Vec<StreamAppend>,
    /// Claims with the stream that holds them.
    pub claims: Vec<(Claim, Uuid)>,
    /// Claims to let go.
    pub releases: Vec<Claim>,
    /// Secrets to keep beside.
    pub credentials: Vec<Credential>,
    /// What is known of the command.
    pub metadata: Metadata,
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log.
    Written {
        /// Position of the first event; 0 when there were none.
        first_position: i64,
        /// The head of the log just after it.
        last_position: i64,
        /// Time of the batch.
        recorded_at: DateTime<Utc>,
        /// Version of each stream of the request, after it.
        versions: Vec<i32>,
    },
    /// A stream had another version than expected; nothing was written.
    Conflict {
        /// The stream.
        stream_id: Uuid,
        /// The version it has.
        actual: i32,
    },
    /// Another stream holds a claim; nothing was written.
    Claimed {
        /// Kind of the claim.
        kind: &'static str,
        /// Who holds it.
        owner: Uuid,
    },
    /// The command had been accepted before; nothing was written.
    Duplicate(Receipt),
}

/// Proof that a command was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The command.
    pub command_id: Uuid,
    /// Keyed hash of the request behind it.
    pub body_hash: Vec<u8>,
    /// The stream it was about.
    pub stream_id: Option<Uuid>,
    /// That stream's version after the command.
    pub version: i32,
    /// Position of its first event; 0 when there were none.
    pub first_position: i64,
    /// The head of the log just after it.
    pub last_position: i64,
    /// When.
    pub recorded_at: DateTime<Utc>,
}
