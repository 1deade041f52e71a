//! Ticket types as they are now.

use domain::TicketTypeId;
use domain::ticket_type::TicketType;
use sqlx::PgPool;

use super::{TicketTypeFilter, TicketTypeRow};
use crate::defined::{self, Defined, Stored};
use crate::ticket_detail::micros;
use crate::{Cursor, Page, QueryError, ticket_list, ticket_stats};

/// A page of ticket types, in the order they were defined.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &TicketTypeFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<TicketTypeRow>, QueryError> {
    let found = defined::page(pool, statuses(filter), cursor, limit).await?;
    let items = with_tickets(pool, found).await?;
    Ok(Page::of(items, limit, |row: &TicketTypeRow| {
        Cursor::after(TicketType::TABLE, micros(row.created_at), row.id.uuid())
    }))
}

/// How many ticket types match.
pub(crate) async fn count(pool: &PgPool, filter: &TicketTypeFilter) -> Result<i64, QueryError> {
    defined::count::<TicketType>(pool, statuses(filter)).await
}

fn statuses(filter: &TicketTypeFilter) -> Vec<&'static str> {
    filter.status.iter().map(|status| status.as_str()).collect()
}

/// The ticket type with this id.
pub(crate) async fn by_id(
    pool: &PgPool,
    id: TicketTypeId,
) -> Result<Option<TicketTypeRow>, QueryError> {
    let found = defined::by_id(pool, id.uuid()).await?;
    Ok(with_tickets(pool, found).await?.pop())
}

/// These ticket types, with how many tickets have each.
async fn with_tickets(
    pool: &PgPool,
    found: Vec<Stored<TicketType>>,
) -> Result<Vec<TicketTypeRow>, QueryError> {
    let facets: Vec<String> =
        found.iter().map(|stored| ticket_list::form(TicketTypeId(stored.id))).collect();
    let (_, counts) = ticket_stats::facet_counts(pool, &facets).await?;
    let row =
        |(Stored { id, version, state }, facet): (Stored<TicketType>, String)| TicketTypeRow {
            id: TicketTypeId(id),
            version,
            definition_version: state.version,
            name: state.name,
            title: state.title,
            description: state.description,
            status: state.status,
            definition: state.definition,
            created_at: state.defined_at,
            updated_at: state.updated_at,
            tickets: counts.get(&facet).copied().unwrap_or(0),
        };
    Ok(found.into_iter().zip(facets).map(row).collect())
}
