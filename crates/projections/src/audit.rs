//! Who did what to which resource, when and from where: one slim row per event of any kind. What it was in detail is
//! read from the log when asked for.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::UserId;
use eventstore::{Actor, EventStore};
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, PgPool, QueryBuilder, Row};
use uuid::Uuid;

use crate::decoded::Decoded;
use crate::ticket_history::plain;
use crate::users::{self, UserBrief};
use crate::{Cursor, Page, QueryError};

pub(crate) const TABLES: &str = "
create table audit (
    position      bigint      not null primary key,
    recorded_at   timestamptz not null,
    user_id       uuid,                 -- none for Docket itself and those without a sign-in
    action        text        not null, -- the event type
    resource_type text        not null, -- the kind of the stream
    resource_id   uuid        not null, -- the stream
    address       text                  -- none when unknown or erased
);
";

pub(crate) const INDEXES: &[&str] = &[
    "create index audit_recorded on audit (recorded_at, position)",
    "create index audit_user on audit (user_id, position)",
    "create index audit_action on audit (action, position)",
    "create index audit_resource on audit (resource_id, position)",
    "create index audit_address on audit (address, position) where address is not null",
];

const LIST: &str = "audit";

/// Which entries are wanted; what is not given does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditFilter {
    /// Done by this user, also through an API token.
    pub user: Option<UserId>,
    /// Any of these actions: event types, such as `ticket.assigned`.
    pub action: Vec<String>,
    /// Any of these kinds of resource: [`crate::KINDS`], such as `ticket` or `work_role`.
    pub resource_type: Vec<String>,
    /// Done to this resource.
    pub resource_id: Option<Uuid>,
    /// Recorded at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Recorded before this moment.
    pub to: Option<DateTime<Utc>>,
    /// From this network address, exactly.
    pub address: Option<String>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    /// Position of the event in the log.
    pub position: i64,
    /// `user`, `token`, `open`, `system` or `anonymous`.
    pub actor: &'static str,
    /// The user behind it, if there is one.
    pub user_id: Option<UserId>,
    /// The API token it was done with.
    pub token_id: Option<Uuid>,
    /// What is known of the user now.
    pub user: Option<UserBrief>,
    /// The event type.
    pub action: String,
    /// The kind of the resource.
    pub resource_type: String,
    /// The resource.
    pub resource_id: Uuid,
    /// The version of the resource after it.
    pub version: i32,
    /// When it happened: `recorded_at` unless history was moved in.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Joins everything that one request caused.
    pub correlation_id: String,
    /// The network address; none when unknown or erased.
    pub address: Option<String>,
    /// The user agent; none when unknown or erased.
    pub agent: Option<String>,
    /// The data of the event; erased values are null. Of a text that was read, neither it nor where its words stand:
    /// that would be too much for a list.
    pub details: Value,
}

/// Stores one row per event.
pub(crate) async fn store(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), sqlx::Error> {
    fn column<'a, T>(events: &'a [Decoded], field: impl Fn(&'a Decoded) -> T) -> Vec<T> {
        events.iter().map(field).collect()
    }
    sqlx::query(
        "insert into audit (position, recorded_at, user_id, action, resource_type, resource_id, address) \
         select * from unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[])",
    )
    .bind(column(events, |event| event.position))
    .bind(column(events, |event| event.recorded_at))
    .bind(column(events, |event| event.user))
    .bind(column(events, |event| event.event_type.as_str()))
    .bind(column(events, |event| event.kind.as_str()))
    .bind(column(events, |event| event.stream_id))
    .bind(column(events, |event| event.address.as_deref()))
    .execute(connection)
    .await?;
    Ok(())
}

/// A page of entries, the newest first.
pub(crate) async fn list(
    pool: &PgPool,
    store: &EventStore,
    filter: &AuditFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<AuditRow>, QueryError> {
    let mut query = QueryBuilder::new("select position from views.audit where true");
    if let Some(cursor) = cursor {
        query.push(" and position < ").push_bind(cursor.read(LIST)?.0);
    }
    narrow(&mut query, filter);
    query.push(" order by position desc limit ");
    query.push_bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
    let rows = query.build().fetch_all(pool).await?;
    let positions: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    let items = entries(pool, store, &positions).await?;
    Ok(Page::of(items, limit, |row: &AuditRow| Cursor::after(LIST, row.position, Uuid::nil())))
}

/// How many entries match, counted to `cap`.
pub(crate) async fn count(
    pool: &PgPool,
    filter: &AuditFilter,
    cap: i64,
) -> Result<i64, QueryError> {
    let mut query = QueryBuilder::new("select count(*) from (select 1 from views.audit where true");
    narrow(&mut query, filter);
    query.push(" limit ").push_bind(cap).push(") capped");
    Ok(query.build().fetch_one(pool).await?.get(0))
}

fn narrow(query: &mut QueryBuilder<sqlx::Postgres>, filter: &AuditFilter) {
    // Times and positions run together, so a time is a bound in the order of the list.
    if let Some(from) = filter.from {
        query.push(" and position >= coalesce((select a.position from views.audit a where a.recorded_at >= ");
        query
            .push_bind(from)
            .push(" order by a.recorded_at, a.position limit 1), 9223372036854775807)");
    }
    if let Some(to) = filter.to {
        query.push(" and position <= coalesce((select a.position from views.audit a where a.recorded_at < ");
        query.push_bind(to).push(" order by a.recorded_at desc, a.position desc limit 1), 0)");
    }
    if let Some(user) = filter.user {
        query.push(" and user_id = ").push_bind(user.uuid());
    }
    if let [action] = filter.action.as_slice() {
        query.push(" and action = ").push_bind(action.clone());
    } else if !filter.action.is_empty() {
        query.push(" and action = any(").push_bind(filter.action.clone()).push(")");
    }
    if !filter.resource_type.is_empty() {
        query.push(" and resource_type = any(").push_bind(filter.resource_type.clone()).push(")");
    }
    if let Some(resource) = filter.resource_id {
        query.push(" and resource_id = ").push_bind(resource);
    }
    if let Some(address) = &filter.address {
        query.push(" and address = ").push_bind(address.clone());
    }
}

/// The entries at these positions, in their order.
async fn entries(
    pool: &PgPool,
    store: &EventStore,
    positions: &[i64],
) -> Result<Vec<AuditRow>, QueryError> {
    let opened = store.open_events(store.read_positions(positions).await?).await?;
    let users = opened.iter().filter_map(|event| event.metadata.actor.user()).collect();
    let people = users::briefs(pool, users).await?;
    let mut by_position: HashMap<i64, AuditRow> = HashMap::with_capacity(opened.len());
    for event in opened {
        let user = event.metadata.actor.user();
        let client = event.metadata.client.unwrap_or_default();
        let row = AuditRow {
            position: event.position,
            actor: actor_name(&event.metadata.actor),
            user_id: user.map(UserId),
            token_id: token(&event.metadata.actor),
            user: user.and_then(|id| people.get(&id).cloned()),
            details: details(&event.event_type, event.data),
            action: event.event_type,
            resource_type: event.kind,
            resource_id: event.stream_id,
            version: event.version,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            correlation_id: event.metadata.correlation_id,
            address: client.address,
            agent: client.agent,
        };
        by_position.insert(event.position, row);
    }
    Ok(positions.iter().filter_map(|position| by_position.remove(position)).collect())
}

fn details(event_type: &str, data: Value) -> Value {
    let mut data = plain(data);
    if let ("file.text_read", Value::Object(map)) = (event_type, &mut data) {
        map.remove("text");
        map.remove("layout");
    }
    data
}

/// What an actor is called in answers.
pub(crate) fn actor_name(actor: &Actor) -> &'static str {
    match actor {
        Actor::User { .. } => "user",
        Actor::Token { .. } => "token",
        Actor::Open => "open",
        Actor::System => "system",
        Actor::Anonymous => "anonymous",
    }
}

/// The API token an actor used.
pub(crate) fn token(actor: &Actor) -> Option<Uuid> {
    match actor {
        Actor::Token { token, .. } => Some(*token),
        Actor::User { .. } | Actor::Open | Actor::System | Actor::Anonymous => None,
    }
}
