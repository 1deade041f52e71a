//! Events: as a command hands them in, as the log holds them, and opened for reading.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The kind of a stream; names the topic its events go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamKind(pub &'static str);

/// An event to be appended.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `ticket.opened` …
    pub event_type: Cow<'static, str>,
    /// Version of the type's schema.
    pub schema_version: i16,
    /// JSON; personal values marked as `{"$personal": value}`.
    pub data: Value,
    /// When it happened in the world, where that is not when it is recorded (history moved in from elsewhere).
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in user.
    User {
        /// Stream id of the user.
        id: Uuid,
    },
    /// A user's API token.
    Token {
        /// Stream id of the user.
        id: Uuid,
        /// Id of the token.
        token: Uuid,
    },
    /// Anybody, in open mode.
    Open,
    /// Docket itself: the command line, workers, demo data.
    System,
    /// Somebody not signed in.
    Anonymous,
}

impl Actor {
    /// The user behind the actor, if there is one.
    pub fn user(&self) -> Option<Uuid> {
        match self {
            Self::User { id } | Self::Token { id, .. } => Some(*id),
            Self::Open | Self::System | Self::Anonymous => None,
        }
    }
}

/// Where a command came from. Sealed under the actor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Network address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The `User-Agent` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// What is known of the command behind an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who did it.
    pub actor: Actor,
    /// Joins everything that one request caused.
    pub correlation_id: String,
    /// The event that this one reacts to.
    pub causation_id: Option<Uuid>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// Where it came from; `None` when unknown or erased.
    pub client: Option<Client>,
}

impl Metadata {
    /// Metadata of something Docket does by itself.
    pub fn system(correlation_id: impl Into<String>) -> Self {
        Self {
            actor: Actor::System,
            correlation_id: correlation_id.into(),
            causation_id: None,
            traceparent: None,
            client: None,
        }
    }
}

/// An event as the log holds it: personal values sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Global position, from 1, gapless.
    pub position: i64,
    /// UUIDv7 of the event.
    pub event_id: Uuid,
    /// The stream.
    pub stream_id: Uuid,
    /// Kind of the stream.
    pub kind: String,
    /// Version in the stream, from 1, gapless.
    pub version: i32,
    /// Type of the event.
    pub event_type: String,
    /// Version of the type's schema.
    pub schema_version: i16,
    /// JSON, the exact bytes that were hashed.
    pub data: Vec<u8>,
    /// JSON, the exact bytes that were hashed.
    pub metadata: Vec<u8>,
    /// Leaf hash.
    pub leaf: Vec<u8>,
    /// When the batch was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// What says which event it is, without what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHeader {
    /// Global position, from 1, gapless.
    pub position: i64,
    /// UUIDv7 of the event.
    pub event_id: Uuid,
    /// The stream.
    pub stream_id: Uuid,
    /// Type of the event.
    pub event_type: String,
}

/// An event with its personal values opened (or marked as erased: `{"$personal": null}`).
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedEvent {
    /// Global position.
    pub position: i64,
    /// UUIDv7 of the event.
    pub event_id: Uuid,
    /// The stream.
    pub stream_id: Uuid,
    /// Kind of the stream.
    pub kind: String,
    /// Version in the stream.
    pub version: i32,
    /// Type of the event.
    pub event_type: String,
    /// Version of the type's schema.
    pub schema_version: i16,
    /// JSON; personal values marked as `{"$personal": value}`.
    pub data: Value,
    /// What is known of the command behind it.
    pub metadata: Metadata,
    /// When it happened: `recorded_at` unless the history came from elsewhere.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}
