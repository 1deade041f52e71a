//! The list of tickets: a slim row per ticket, made for filtering and ordering. The items of a page come from
//! `ticket_detail` by key.

mod clocks;
mod conditions;
mod data;
mod data_rows;
mod facets;
mod filter;
mod order;
mod page;
mod plan;
mod unfinished;
mod values;

use chrono::{DateTime, Utc};
use domain::ticket::{Ticket, TicketState};
use domain::{TicketId, TicketNumber};
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::files;

pub use data::{DataFilter, DataMatch, DataOrder, DataValue, data_text};
pub(crate) use data_rows::{DataRow, store as store_data};
pub(crate) use facets::{counted_of, form, of_ticket, type_of_form};
pub use filter::{Assignment, Count, Direction, SortKey, TicketFilter, TicketQuery};
pub(crate) use page::list;
pub use page::{TicketPage, Total};
pub(crate) use unfinished::unfinished;

pub(crate) const DATA_TABLES: &str = data_rows::TABLES;

pub(crate) const TABLES: &str = "
create table tickets (
    id          uuid        not null primary key,
    number      bigint      not null, -- year and sequence, ordered as people read them
    status      text        not null,
    priority    smallint    not null, -- 1 low … 4 urgent
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    resolved_at timestamptz,
    version     integer     not null, -- of the ticket's stream
    hidden      boolean     not null, -- deleted or merged
    facets      text[]      not null  -- what can be filtered by, as 'status:open', 'tag:vip' …; empty when hidden
);
";

pub(crate) const INDEXES: &[&str] = &[
    // A claim in the log keeps numbers unique; an index that did as well could not be made over a log where it failed.
    "create index tickets_number on tickets (number)",
    "create index tickets_by_number on tickets (number, id) where not hidden",
    "create index tickets_by_created on tickets (created_at, id) where not hidden",
    "create index tickets_by_updated on tickets (updated_at, id) where not hidden",
    "create index tickets_by_priority on tickets (priority, id) where not hidden",
    // Status follows age: the oldest open ticket would lie behind all the closed ones.
    "create index tickets_by_status_created on tickets (status, created_at, id) where not hidden",
    "create index tickets_facets on tickets using gin (facets) where not hidden",
    data_rows::TEXT_INDEX,
    data_rows::NUMBER_INDEX,
    files::OF_TICKETS_INDEX,
];

/// Joins the facets of one row into one text, as arrays of arrays cannot be sent.
const SEPARATOR: char = '\u{1f}';

/// A row of the list.
pub(crate) struct ListRow {
    id: Uuid,
    number: i64,
    status: &'static str,
    priority: i16,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    version: i32,
    hidden: bool,
    facets: String,
}

impl ListRow {
    /// The row of a ticket; none while there is none.
    pub(crate) fn of(id: Uuid, version: i32, state: &TicketState) -> Option<Self> {
        let ticket = state.ticket()?;
        let hidden = match state {
            TicketState::Unopened | TicketState::Active { .. } => false,
            TicketState::Deleted { .. } | TicketState::Merged { .. } => true,
        };
        let facets = if hidden { Vec::new() } else { of_ticket(ticket) };
        Some(Self {
            id,
            number: number_key(ticket.number),
            status: ticket.status.as_str(),
            priority: filter::rank(ticket.priority),
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
            resolved_at: ticket.resolved_at,
            version,
            hidden,
            facets: joined(&facets),
        })
    }
}

fn joined(facets: &[String]) -> String {
    facets.join(SEPARATOR.encode_utf8(&mut [0; 4]))
}

/// Ticket numbers as integers, ordered by year and sequence.
pub(crate) fn number_key(number: TicketNumber) -> i64 {
    i64::from(number.year) * 10_000_000_000 + i64::from(number.sequence)
}

/// Stores rows.
pub(crate) async fn store(
    connection: &mut PgConnection,
    rows: &[ListRow],
) -> Result<(), sqlx::Error> {
    fn column<'a, T>(rows: &'a [ListRow], field: impl Fn(&'a ListRow) -> T) -> Vec<T> {
        rows.iter().map(field).collect()
    }
    sqlx::query(
        "insert into tickets (id, number, status, priority, created_at, updated_at, resolved_at, version, hidden, facets) \
         select id, number, status, priority, created_at, updated_at, resolved_at, version, hidden, \
                string_to_array(facets, E'\\x1f') \
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], \
                     $7::timestamptz[], $8::int[], $9::boolean[], $10::text[]) \
              as n(id, number, status, priority, created_at, updated_at, resolved_at, version, hidden, facets) \
         on conflict (id) do update set status = excluded.status, priority = excluded.priority, \
             updated_at = excluded.updated_at, resolved_at = excluded.resolved_at, version = excluded.version, \
             hidden = excluded.hidden, facets = excluded.facets",
    )
    .bind(column(rows, |row| row.id))
    .bind(column(rows, |row| row.number))
    .bind(column(rows, |row| row.status))
    .bind(column(rows, |row| row.priority))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.resolved_at))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.hidden))
    .bind(column(rows, |row| row.facets.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

/// The id of the ticket with this number.
pub(crate) async fn id_of_number(
    pool: &PgPool,
    number: TicketNumber,
) -> Result<Option<TicketId>, sqlx::Error> {
    let row = sqlx::query("select id from views.tickets where number = $1")
        .bind(number_key(number))
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| TicketId(row.get(0))))
}

/// Whether this ticket counts and is listed.
pub(crate) fn listed(state: &TicketState) -> Option<&Ticket> {
    match state {
        TicketState::Active { ticket } => Some(ticket),
        TicketState::Unopened | TicketState::Deleted { .. } | TicketState::Merged { .. } => None,
    }
}
