//! The whole of each ticket: the domain's state as JSON, folded by the domain's `evolve`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::ticket::{Ticket, TicketState};
use domain::{TicketId, TicketNumber, UserId};
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::users::{self, UserBrief};
use crate::{ProjectionError, QueryError, ticket_types};

pub(crate) const TABLES: &str = "
create table ticket_details (
    id      uuid    not null primary key,
    version integer not null, -- of the ticket's stream
    state   text    not null  -- JSON of domain::ticket::TicketState
) with (fillfactor = 80);     -- room for updates beside the row, which then touch no index
";

/// How to find a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketRef {
    /// By its id.
    Id(TicketId),
    /// By the number people call it by.
    Number(TicketNumber),
}

/// Whether people may work on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// They may.
    Active,
    /// It was deleted.
    Deleted,
    /// It was merged into another one.
    Merged {
        /// The one that goes on.
        into: TicketId,
    },
}

/// A ticket as a query answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketItem {
    /// Its id.
    pub id: TicketId,
    /// The version of its stream: its `ETag`.
    pub version: i32,
    /// The ticket. One with a form goes by the name that its type has now, unless it is one of the past.
    pub ticket: Ticket,
    /// Whether people may work on it. Lists hold active tickets only.
    pub presence: Presence,
    /// Who has it, as known now.
    pub assignee: Option<UserBrief>,
    /// Who opened it, as known now.
    pub opened_by: Option<UserBrief>,
}

/// A ticket's state and version, as folded.
pub(crate) type Folded = (i32, TicketState);

/// One folded ticket, ready to be stored.
pub(crate) struct DetailRow {
    pub(crate) id: Uuid,
    pub(crate) version: i32,
    pub(crate) state: String,
}

/// The states of these tickets, as far as they are there.
pub(crate) async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Folded>, ProjectionError> {
    let rows = sqlx::query("select id, version, state from ticket_details where id = any($1)")
        .bind(ids)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let state = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: "ticket_details", source })?;
            Ok((row.get(0), (row.get(1), state)))
        })
        .collect()
}

/// Stores folded tickets.
pub(crate) async fn store(
    connection: &mut PgConnection,
    rows: &[DetailRow],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let versions: Vec<i32> = rows.iter().map(|row| row.version).collect();
    let states: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
    sqlx::query(
        "insert into ticket_details (id, version, state) \
         select * from unnest($1::uuid[], $2::int[], $3::text[]) \
         on conflict (id) do update set version = excluded.version, state = excluded.state",
    )
    .bind(ids)
    .bind(versions)
    .bind(states)
    .execute(connection)
    .await?;
    Ok(())
}

/// The tickets with these ids, in the order of the ids; unknown ones are left out.
pub(crate) async fn by_ids(pool: &PgPool, ids: &[Uuid]) -> Result<Vec<TicketItem>, QueryError> {
    let rows =
        sqlx::query("select id, version, state from views.ticket_details where id = any($1)")
            .bind(ids)
            .fetch_all(pool)
            .await?;
    let mut folded = HashMap::with_capacity(rows.len());
    for row in &rows {
        let state: TicketState = serde_json::from_str(row.get(2))
            .map_err(|source| QueryError::Row { view: "ticket_details", source })?;
        folded.insert(row.get::<Uuid, _>(0), (row.get(1), state));
    }
    let in_order =
        ids.iter().filter_map(|id| folded.remove(id).map(|state| (TicketId(*id), state)));
    let mut items = items(pool, in_order.collect()).await?;
    let forms = items.iter().filter_map(|item| item.ticket.form);
    let names = ticket_types::names(pool, forms.map(|form| form.type_id)).await?;
    for ticket in items.iter_mut().map(|item| &mut item.ticket) {
        let name = ticket.form.and_then(|form| names.get(&form.type_id));
        if let Some(name) = name {
            ticket.ticket_type = Some(name.clone());
        }
    }
    Ok(items)
}

/// Folded tickets as queries answer them, with the people they name.
pub(crate) async fn items(
    pool: &PgPool,
    folded: Vec<(TicketId, Folded)>,
) -> Result<Vec<TicketItem>, QueryError> {
    let mut people = HashSet::new();
    for ticket in folded.iter().filter_map(|(_, (_, state))| state.ticket()) {
        people.extend(ticket.assignee.map(Uuid::from));
        people.extend(ticket.opened_by.map(Uuid::from));
    }
    let people = users::briefs(pool, people).await?;
    let brief = |id: Option<UserId>| id.and_then(|id| people.get(&id.uuid()).cloned());
    let item = |(id, (version, state)): (TicketId, Folded)| {
        let (presence, ticket) = match state {
            TicketState::Unopened => return None,
            TicketState::Active { ticket } => (Presence::Active, ticket),
            TicketState::Deleted { ticket } => (Presence::Deleted, ticket),
            TicketState::Merged { ticket, into } => (Presence::Merged { into }, ticket),
        };
        let (assignee, opened_by) = (brief(ticket.assignee), brief(ticket.opened_by));
        Some(TicketItem { id, version, ticket: *ticket, presence, assignee, opened_by })
    };
    Ok(folded.into_iter().filter_map(item).collect())
}

/// A moment as whole microseconds since 1970, the sort value of times.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}
