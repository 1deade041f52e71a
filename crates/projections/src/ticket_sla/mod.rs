//! The clocks of each ticket: a slim row for filtering and ordering, the clocks themselves beside it, counters. All are
//! folded from the stream beside the ticket's, and joined with the ticket by its id when they are asked for.

mod clocks;
mod counters;
mod fold;
pub(crate) mod words;

use std::collections::HashMap;

use domain::TicketId;
use sqlx::{PgPool, Row};
use uuid::Uuid;

pub use clocks::{ClockRow, ClockState, SlaState, TicketSla};
pub use counters::{ClockCounts, MetricStats, SlaStats};
pub(crate) use counters::{Counted, counts, stats, store as store_counted};
pub(crate) use fold::fold;

use crate::QueryError;

pub(crate) const TABLES: &str = "
create table ticket_sla (
    ticket_id uuid not null primary key,
    state     text not null, -- of both clocks as one: 'ok', 'at_risk' …
    due_at    timestamptz    -- when the next clock that has not stopped is due
);
create table ticket_clocks (
    ticket_id uuid    not null primary key,
    version   integer not null, -- of the stream of clocks
    clocks    text    not null  -- JSON of domain::sla::SlaRecord, and what it took
) with (fillfactor = 80);       -- room for updates beside the row, which then touch no index
create table sla_counters (
    counter text   not null collate \"C\", -- ticket, clock
    key     text   not null collate \"C\", -- state, due; metric:priority:state
    n       bigint not null,
    primary key (counter, key)
) with (fillfactor = 50);                  -- updated all the time, without touching the index
";

pub(crate) const INDEXES: &[&str] = &[
    "create index ticket_sla_by_due on ticket_sla (due_at, ticket_id) where due_at is not null",
    "create index ticket_sla_by_state on ticket_sla (state, ticket_id)",
];

const VIEW: &str = "ticket_clocks";

/// The clocks of these tickets; those without any are left out.
pub(crate) async fn by_tickets(
    pool: &PgPool,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, TicketSla>, QueryError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows =
        sqlx::query("select ticket_id, clocks from views.ticket_clocks where ticket_id = any($1)")
            .bind(ids)
            .fetch_all(pool)
            .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let clocks: clocks::Clocks = serde_json::from_str(row.get(1))
            .map_err(|source| QueryError::Row { view: VIEW, source })?;
        let sla = clocks.sla();
        if sla.state != SlaState::None {
            found.insert(TicketId(row.get(0)), sla);
        }
    }
    Ok(found)
}
