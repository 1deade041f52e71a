//! Who asks and how, and what they get.

use std::sync::Arc;

use domain::user::Role;
use domain::{Timestamp, UserId};
use eventstore::{Actor, Ambient, Client, Metadata};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who gives a command, from where, and under which conditions. A job that acts on somebody's behalf
/// keeps it, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Context {
    /// Who does it, as the log records it.
    pub actor: Actor,
    /// The permission role they do it in.
    pub role: Role,
    /// The user behind the actor; none in open mode and for Docket itself.
    pub user: Option<UserId>,
    /// Names the command; a repeat changes nothing.
    pub command_id: Uuid,
    /// Keyed hash of the request behind the command: method, path and body.
    pub body_hash: [u8; 32],
    /// Whether the command may be a repeat, so that its receipt is looked for before deciding.
    pub idempotent: bool,
    /// The version the caller saw, if the change is to go through on that one only.
    pub if_match: Option<i32>,
    /// Joins everything that one request caused.
    pub correlation_id: String,
    /// The event that this command reacts to.
    pub causation_id: Option<Uuid>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// Where it came from.
    pub client: Option<Client>,
    /// When it happened in the world, where that is not now (history moved in, demo data).
    pub occurred_at: Option<Timestamp>,
}

impl Context {
    /// A command that Docket gives itself, with the rights of an admin: from the command line or a
    /// worker. Its command id is new.
    pub fn system(ambient: &Ambient, correlation_id: impl Into<String>) -> Self {
        Self {
            actor: Actor::System,
            role: Role::Admin,
            user: None,
            command_id: ambient.uuid_v7(),
            body_hash: [0; 32],
            idempotent: false,
            if_match: None,
            correlation_id: correlation_id.into(),
            causation_id: None,
            traceparent: None,
            client: None,
            occurred_at: None,
        }
    }

    /// The same under another command id, and without a version to match: for what one command
    /// does besides.
    #[must_use]
    pub fn with_command(&self, command_id: Uuid) -> Self {
        Self { command_id, if_match: None, ..self.clone() }
    }

    /// What the log keeps of this.
    pub(crate) fn metadata(&self) -> Metadata {
        Metadata {
            actor: self.actor,
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id,
            traceparent: self.traceparent.clone(),
            client: self.client.clone(),
        }
    }
}

/// The result of an accepted command: durable when this is returned.
#[derive(Debug, Clone)]
pub struct Committed<T> {
    /// The aggregate just after the command.
    pub state: Arc<T>,
    /// The id of its stream.
    pub id: Uuid,
    /// Its version, which is its `ETag`.
    pub version: i32,
    /// The head of the log just after the command: views that are there show the change.
    pub position: i64,
    /// Whether this is the first result of a command given before.
    pub replayed: bool,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}
