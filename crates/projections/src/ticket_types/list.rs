//! Ticket types as they are now.

use domain::TicketTypeId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::{TicketTypeFilter, TicketTypeRow, state};
use crate::cursor::push_created_page;
use crate::ticket_detail::micros;
use crate::{Cursor, Page, QueryError, ticket_list, ticket_stats};

const LIST: &str = "ticket_types";

/// A page of ticket types, in the order they were defined.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &TicketTypeFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<TicketTypeRow>, QueryError> {
    let mut query =
        QueryBuilder::new("select id, version, state from views.ticket_types where true");
    narrow(&mut query, filter);
    push_created_page(&mut query, LIST, cursor, limit)?;
    let rows = query.build().fetch_all(pool).await?;
    let items = with_tickets(pool, &rows).await?;
    Ok(Page::of(items, limit, |row: &TicketTypeRow| {
        Cursor::after(LIST, micros(row.created_at), row.id.uuid())
    }))
}

/// How many ticket types match.
pub(crate) async fn count(pool: &PgPool, filter: &TicketTypeFilter) -> Result<i64, QueryError> {
    let mut query = QueryBuilder::new("select count(*) from views.ticket_types where true");
    narrow(&mut query, filter);
    Ok(query.build().fetch_one(pool).await?.get(0))
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &TicketTypeFilter) {
    if !filter.status.is_empty() {
        let statuses: Vec<&'static str> =
            filter.status.iter().map(|status| status.as_str()).collect();
        query.push(" and status = any(").push_bind(statuses).push(")");
    }
}

/// The ticket type with this id.
pub(crate) async fn by_id(
    pool: &PgPool,
    id: TicketTypeId,
) -> Result<Option<TicketTypeRow>, QueryError> {
    let rows = sqlx::query("select id, version, state from views.ticket_types where id = $1")
        .bind(id.uuid())
        .fetch_all(pool)
        .await?;
    Ok(with_tickets(pool, &rows).await?.pop())
}

/// The ticket types of these rows, with how many tickets have each.
async fn with_tickets(pool: &PgPool, rows: &[PgRow]) -> Result<Vec<TicketTypeRow>, QueryError> {
    let facet = |id: Uuid| ticket_list::form(TicketTypeId(id));
    let facets: Vec<String> = rows.iter().map(|row| facet(row.get(0))).collect();
    let (_, counts) = ticket_stats::facet_counts(pool, &facets).await?;
    let row = |row: &PgRow| {
        let id: Uuid = row.get(0);
        let ticket_type = state(row)?;
        Ok(TicketTypeRow {
            id: TicketTypeId(id),
            version: row.get(1),
            definition_version: ticket_type.version,
            name: ticket_type.name,
            title: ticket_type.title,
            description: ticket_type.description,
            status: ticket_type.status,
            definition: ticket_type.definition,
            created_at: ticket_type.defined_at,
            updated_at: ticket_type.updated_at,
            tickets: counts.get(&facet(id)).copied().unwrap_or(0),
        })
    };
    rows.iter().map(row).collect()
}
