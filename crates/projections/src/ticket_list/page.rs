//! A page of the list.

use sqlx::PgPool;
use uuid::Uuid;

use super::filter::{Count, TicketQuery};
use super::plan;
use crate::{Cursor, QueryError, TicketItem, search, ticket_detail, ticket_types};

/// How many tickets match, over all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number: exact, unless it was cut off.
    pub value: i64,
    /// Whether there are more than `value`, which then is [`Total::CAP`].
    pub capped: bool,
}

impl Total {
    /// Matches are counted no further than this.
    pub const CAP: i64 = 10_000;

    pub(crate) fn of(counted: i64) -> Self {
        Self { value: counted.min(Self::CAP), capped: counted > Self::CAP }
    }
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketPage {
    /// The tickets, in order.
    pub items: Vec<TicketItem>,
    /// Where the next page begins; none on the last page.
    pub next_cursor: Option<Cursor>,
    /// How many match, if that was wanted.
    pub total: Option<Total>,
}

/// A page of tickets.
pub(crate) async fn list(pool: &PgPool, query: &TicketQuery) -> Result<TicketPage, QueryError> {
    let words = match &query.filter.search {
        Some(text) => search::parse(pool, text, query.filter.search_in).await?,
        None => search::Parsed::Nothing,
    };
    let types = ticket_types::ids_asked(pool, &query.filter.ticket_type).await?;
    let plan = plan::Plan::new(pool, query, words, &types).await?;
    let mut found = plan.page(pool).await?;
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next_cursor = match (more, found.last()) {
        (true, Some(last)) => Some(last.cursor.clone()),
        (true, None) | (false, _) => None,
    };
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let total = match query.count {
        Count::Wanted => Some(Total::of(plan.count(pool).await?)),
        Count::Omitted => None,
    };
    let items = ticket_detail::by_ids(pool, &ids).await?;
    Ok(TicketPage { items, next_cursor, total })
}
