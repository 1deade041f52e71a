//! The history of a ticket: every event in words and in data; its own, those of its clocks and those of its tasks, for
//! they tell why it changed. It is read from the log and not kept a second time: nothing to fold, nothing to scrub when
//! a person is forgotten, and never behind, except that the view tells which tasks there are.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::sla::{self, SlaEvent};
use domain::task::TaskEvent;
use domain::ticket::{self, TicketEvent, TicketState, Visibility};
use domain::{DomainEvent, TicketId, UserId};
use eventstore::{Client, EventStore, OpenedEvent};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{actor_name, token};
use crate::users::{self, UserBrief};
use crate::{CommentAccess, Cursor, Page, QueryError, tasks, ticket_sla};
use against::Against;

mod against;
pub(crate) mod words;

const LIST: &str = "history";

/// Something that happened to a ticket, its clocks or a task.
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
    /// The fields of the form whose values it changed, as far as they are not erased.
    pub changed_fields: Vec<String>,
}

/// A page of what happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The page, the oldest first.
    pub page: Page<HistoryRow>,
    /// How much happened in all, as far as it is shown.
    pub total: usize,
}

/// A page of what happened to a ticket, the oldest first.
pub(crate) async fn list(
    pool: &PgPool,
    store: &EventStore,
    ticket: TicketId,
    access: CommentAccess,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<History, QueryError> {
    let after = cursor.map_or(Ok(0), |cursor| cursor.read(LIST).map(|(position, _)| position))?;
    let mut streams = vec![(ticket.uuid(), 0), (sla::stream_of(ticket), 0)];
    if access == CommentAccess::All {
        streams
            .extend(tasks::of_ticket(pool, ticket).await?.iter().map(|task| (task.id.uuid(), 0)));
    }
    let mut stored = store.read_streams(&streams).await?;
    stored.sort_unstable_by_key(|event| event.position);
    let mut shown = Vec::new();
    let mut before = TicketState::default();
    for event in store.open_events(stored).await? {
        let Some(happened) = Happened::read(&event, &before)? else { continue };
        if let Happened::Ticket(what, _) = &happened {
            before = ticket::evolve(before, what, event.occurred_at);
        }
        match (happened.visibility(), access) {
            (Visibility::Internal, CommentAccess::PublicOnly) => {}
            (Visibility::Public, _) | (Visibility::Internal, CommentAccess::All) => {
                shown.push((event, happened));
            }
        }
    }
    let total = shown.len();
    let page: Vec<_> =
        shown.into_iter().filter(|(event, _)| event.position > after).take(limit + 1).collect();
    let mut ids: HashSet<Uuid> = HashSet::new();
    for (event, happened) in &page {
        ids.extend(event.metadata.actor.user());
        ids.extend(happened.people().into_iter().map(UserId::uuid));
    }
    let people = users::briefs(pool, ids).await?;
    let items = page
        .into_iter()
        .map(|(event, happened)| {
            let summary = happened.summary(&people);
            let visibility = happened.visibility();
            let changed_fields = happened.into_changed_fields();
            HistoryRow { changed_fields, ..HistoryRow::of(event, summary, visibility, &people) }
        })
        .collect();
    let page =
        Page::of(items, limit, |row: &HistoryRow| Cursor::after(LIST, row.position, row.event_id));
    Ok(History { page, total })
}

/// An event of the ticket, of its clocks or of one of its tasks.
enum Happened {
    Ticket(TicketEvent, Against),
    Clock(SlaEvent),
    Task(TaskEvent),
}

impl Happened {
    /// None for events of other kinds; `before` is the ticket it happened to.
    fn read(event: &OpenedEvent, before: &TicketState) -> Result<Option<Self>, QueryError> {
        Ok(match event.kind.as_str() {
            TicketEvent::KIND => {
                let decoded = decode(event)?;
                let against = Against::of(&decoded, before);
                Some(Self::Ticket(decoded, against))
            }
            SlaEvent::KIND => Some(Self::Clock(decode(event)?)),
            TaskEvent::KIND => Some(Self::Task(decode(event)?)),
            _ => None,
        })
    }

    /// Who sees it. Tasks are the business of those who work on the ticket; what became of its times is shown to all
    /// who see them.
    fn visibility(&self) -> Visibility {
        match self {
            Self::Ticket(TicketEvent::CommentAdded(comment), _) => comment.visibility,
            Self::Ticket(..) | Self::Clock(_) => Visibility::Public,
            Self::Task(_) => Visibility::Internal,
        }
    }

    /// The users its summary names.
    fn people(&self) -> Vec<UserId> {
        match self {
            Self::Ticket(event, _) => words::people(event),
            Self::Clock(event) => ticket_sla::words::people(event),
            Self::Task(event) => tasks::words::people(event),
        }
    }

    fn summary(&self, people: &HashMap<Uuid, UserBrief>) -> String {
        match self {
            Self::Ticket(event, against) => words::summary(event, against, people),
            Self::Clock(event) => ticket_sla::words::summary(event, people),
            Self::Task(event) => format!("Task: {}", tasks::words::summary(event, people)),
        }
    }

    fn into_changed_fields(self) -> Vec<String> {
        match self {
            Self::Ticket(_, against) => against.changed_fields,
            Self::Clock(_) | Self::Task(_) => Vec::new(),
        }
    }
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
            changed_fields: Vec::new(),
        }
    }
}

/// The event as the domain has it.
pub(crate) fn decode<E: DomainEvent>(event: &OpenedEvent) -> Result<E, QueryError> {
    E::from_parts(&event.event_type, event.schema_version, event.data.clone())
        .map_err(|source| QueryError::Event { position: event.position, source })
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
