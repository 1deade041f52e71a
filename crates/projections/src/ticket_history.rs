//! The history of a ticket: every event in words and in data. It is the ticket's own stream, so it is read from the
//! log and not kept a second time: nothing to fold, nothing to scrub when a person is forgotten, and never behind.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::ticket::{TicketEvent, Visibility};
use domain::{DomainEvent, TicketId, UserId};
use eventstore::{Client, EventStore, OpenedEvent};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{actor_name, token};
use crate::users::{self, UserBrief};
use crate::{CommentAccess, Cursor, Page, QueryError};

pub(crate) mod words;

const LIST: &str = "history";

/// Something that happened to a ticket or a task.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// Position in the log.
    pub position: i64,
    /// Id of the event.
    pub event_id: Uuid,
    /// Version of the stream after it.
    pub version: i32,
    /// Type of the event, such as `ticket.assigned`.
    pub event_type: String,
    /// An English sentence, without a full stop.
    pub summary: String,
    /// `user`, `token`, `open`, `system` or `anonymous`.
    pub actor: &'static str,
    /// The user behind it, if there is one.
    pub user_id: Option<UserId>,
    /// The API token it was done with.
    pub token_id: Option<Uuid>,
    /// What is known of the user now.
    pub user: Option<UserBrief>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Joins everything that one request caused.
    pub correlation_id: String,
    /// The event it reacted to.
    pub causation_id: Option<Uuid>,
    /// Where it came from; none when unknown or erased.
    pub client: Option<Client>,
    /// The data of the event; erased values are null.
    pub data: Value,
    /// Public, unless it is about an internal comment.
    pub visibility: Visibility,
}

/// A page of what happened to a ticket, the oldest first.
pub(crate) async fn list(
    pool: &PgPool,
    store: &EventStore,
    ticket: TicketId,
    access: CommentAccess,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<HistoryRow>, QueryError> {
    let after = match cursor {
        Some(cursor) => i32::try_from(cursor.read(LIST)?.0).map_err(|_| QueryError::BadCursor)?,
        None => 0,
    };
    let stored = store.read_stream(ticket.uuid(), after).await?;
    let mut shown = Vec::new();
    for event in store.open_events(stored).await? {
        if event.kind != TicketEvent::KIND {
            continue;
        }
        let decoded = decode(&event)?;
        let visibility = visibility(&decoded);
        match (visibility, access) {
            (Visibility::Internal, CommentAccess::PublicOnly) => {}
            (Visibility::Public, _) | (Visibility::Internal, CommentAccess::All) => {
                shown.push((event, decoded, visibility));
            }
        }
        if shown.len() > limit {
            break;
        }
    }
    let mut ids: HashSet<Uuid> = HashSet::new();
    for (event, decoded, _) in &shown {
        ids.extend(event.metadata.actor.user());
        ids.extend(words::people(decoded).into_iter().map(UserId::uuid));
    }
    let people = users::briefs(pool, ids).await?;
    let items = shown
        .into_iter()
        .map(|(event, decoded, visibility)| {
            let summary = words::summary(&decoded, &people);
            HistoryRow::of(event, summary, visibility, &people)
        })
        .collect();
    Ok(Page::of(items, limit, |row: &HistoryRow| {
        Cursor::after(LIST, i64::from(row.version), row.event_id)
    }))
}

impl HistoryRow {
    /// The row of an event.
    pub(crate) fn of(
        event: OpenedEvent,
        summary: String,
        visibility: Visibility,
        people: &HashMap<Uuid, UserBrief>,
    ) -> Self {
        let user = event.metadata.actor.user();
        Self {
            position: event.position,
            event_id: event.event_id,
            version: event.version,
            event_type: event.event_type,
            summary,
            actor: actor_name(&event.metadata.actor),
            user_id: user.map(UserId),
            token_id: token(&event.metadata.actor),
            user: user.and_then(|id| people.get(&id).cloned()),
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            correlation_id: event.metadata.correlation_id,
            causation_id: event.metadata.causation_id,
            client: event.metadata.client,
            data: plain(event.data),
            visibility,
        }
    }
}

fn decode(event: &OpenedEvent) -> Result<TicketEvent, QueryError> {
    TicketEvent::from_parts(&event.event_type, event.schema_version, event.data.clone())
        .map_err(|source| QueryError::Event { position: event.position, source })
}

fn visibility(event: &TicketEvent) -> Visibility {
    if let TicketEvent::CommentAdded(comment) = event {
        return comment.visibility;
    }
    Visibility::Public
}

/// Event data as people read it: `{"$personal": value}` becomes the value, null once erased.
pub(crate) fn plain(data: Value) -> Value {
    match data {
        Value::Object(mut map) => {
            if map.len() == 1
                && let Some(value) = map.remove(domain::personal::MARKER)
            {
                return value;
            }
            Value::Object(map.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => data,
    }
}
