//! How a page is found at 1,000,000 tickets. Two ways, both bounded:
//!
//! - *walk*: along the index of the order, taking what matches. Fast when matches are common, endless when they are rare.
//! - *gather*: the matches out of the index of facets, then sorted. Fast when they are rare, slow when they are common.
//!
//! The clocks of tickets stand in a table of their own. Tickets by due time are walked along its index, as far as there are
//! due ones, and then those without; a filter by the state of the clocks is looked up per row, or gathered from if that is
//! rare.
//!
//! Facets are counted exactly, so it is known beforehand which way is short, as far as filters do not depend on each
//! other; where they do, a walk that found too little is followed by gathering.

mod statements;

use sqlx::{PgPool, QueryBuilder, Row};
use uuid::Uuid;

use super::clocks::Clocks;
use super::conditions::{Range, groups, ranges};
use super::facets;
use super::filter::{SortKey, TicketQuery};
use super::order::{Found, Order, Stretch};
use super::page::Total;
use crate::search::{self, Parsed};
use crate::{QueryError, ticket_stats};

/// A walk takes at most so many steps.
const STEPS: i64 = 10_000;
/// A walk is begun only where it is expected to take no more than this.
const EXPECTED_STEPS: f64 = 5_000.0;
/// So many matches of a search are joined by their ids.
const FEW: i64 = 10_000;
/// So many matches are not gathered to look at the clocks of each.
const MANY: f64 = 30_000.0;
/// A word is common when a walk to a page of it is no longer than this.
const SHORT_STEPS: f64 = 1_500.0;

/// What a search means for the plan.
enum Words {
    None,
    /// It matches these tickets.
    Few(Vec<Uuid>),
    /// It matches many.
    Many(String),
}

/// Everything known before the first row is looked for.
pub(super) struct Plan<'a> {
    query: &'a TicketQuery,
    start: (Order, Option<(i64, Uuid)>),
    /// Each group of facets is one filter: one of them must be there.
    groups: Vec<Vec<String>>,
    /// The share of all tickets that each group matches; none where it is not counted.
    shares: Vec<Option<f64>>,
    total: i64,
    clocks: Clocks,
    words: Words,
}

impl<'a> Plan<'a> {
    pub(super) async fn new(
        pool: &PgPool,
        query: &'a TicketQuery,
        words: Parsed,
    ) -> Result<Self, QueryError> {
        let start = Order::start(query.sort, query.cursor.as_ref())?;
        let groups = groups(&query.filter);
        let all: Vec<String> = groups.iter().flatten().cloned().collect();
        let (total, counts) = ticket_stats::facet_counts(pool, &all).await?;
        let shares = groups
            .iter()
            .map(|group| {
                let counted = group.iter().all(|facet| facets::counted(facet));
                let n: i64 = group.iter().filter_map(|facet| counts.get(facet)).sum();
                counted.then(|| (n as f64 / total.max(1) as f64).min(1.0))
            })
            .collect();
        let clocks = match (query.sort, query.filter.sla.as_slice()) {
            (SortKey::CreatedAt | SortKey::UpdatedAt | SortKey::Priority | SortKey::Number, []) => {
                Clocks::default()
            }
            (_, states) => Clocks::new(pool, states, total).await?,
        };
        let words = match words {
            Parsed::Nothing => Words::None,
            Parsed::Query(text) => {
                let wanted = i64::try_from(query.limit + 1).unwrap_or(i64::MAX);
                find_words(pool, text, total, wanted).await?
            }
        };
        Ok(Self { query, start, groups, shares, total, clocks, words })
    }

    /// The rows of the page, and one more if there is one.
    pub(super) async fn page(&self, pool: &PgPool) -> Result<Vec<Found>, QueryError> {
        if self.matches_nothing() {
            return Ok(Vec::new());
        }
        let (order, cursor) = self.start;
        let wanted = i64::try_from(self.query.limit + 1).unwrap_or(i64::MAX);
        let mut found = if order == Order::Due && self.clocks.are_never_due() {
            Vec::new()
        } else {
            self.stretch(pool, Stretch { order, cursor, wanted }).await?
        };
        let left = wanted - i64::try_from(found.len()).unwrap_or(wanted);
        if order == Order::Due && left > 0 {
            let rest = Stretch { order: Order::NeverDue, cursor: None, wanted: left };
            found.extend(self.stretch(pool, rest).await?);
        }
        Ok(found)
    }

    async fn stretch(&self, pool: &PgPool, stretch: Stretch) -> Result<Vec<Found>, QueryError> {
        if self.is_unfiltered(stretch.order) {
            return self.walk(pool, stretch, stretch.wanted).await;
        }
        let steps = self.steps(stretch.order);
        match &self.words {
            Words::Few(_) => return self.gather(pool, stretch).await,
            Words::Many(_) if self.is_rare_by_filters() => {}
            Words::Many(_) => {
                let found = self.walk(pool, stretch, steps).await?;
                if self.is_complete(&found, stretch, steps) {
                    return Ok(found);
                }
            }
            Words::None => {
                if self.expected_steps(stretch) <= EXPECTED_STEPS {
                    let found = self.walk(pool, stretch, steps).await?;
                    if self.is_complete(&found, stretch, steps) {
                        return Ok(found);
                    }
                }
            }
        }
        // Fewer are due than there are to gather, or no index can tell the matches: the walk goes to its end at the worst.
        let is_shorter = match stretch.order {
            Order::Due => self.clocks.due as f64 <= self.gathered(),
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::NeverDue => self.clocks.is_asked() && self.gathered() > MANY,
        };
        if is_shorter && self.has_no_words() {
            return self.walk(pool, stretch, i64::MAX).await;
        }
        self.gather(pool, stretch).await
    }

    /// How many tickets match, counted to just over the cap.
    pub(super) async fn count(&self, pool: &PgPool) -> Result<i64, QueryError> {
        if self.matches_nothing() {
            return Ok(0);
        }
        if self.has_no_words() && !self.clocks.is_asked() && self.ranges().is_empty() {
            match (self.groups.as_slice(), self.shares.as_slice()) {
                ([], _) => return Ok(self.total),
                ([group], [Some(share)]) if group.len() == 1 => {
                    return Ok((share * self.total as f64).round() as i64);
                }
                (_, _) => {}
            }
        }
        let mut sql = QueryBuilder::new("select count(*) from (select 1 from ");
        self.push_matches(&mut sql);
        sql.push(" limit ").push_bind(Total::CAP + 1).push(") m");
        Ok(sql.build().fetch_one(pool).await?.get(0))
    }

    fn matches_nothing(&self) -> bool {
        let none_found = match &self.words {
            Words::Few(ids) => ids.is_empty(),
            Words::None | Words::Many(_) => false,
        };
        let none_so = self.clocks.is_asked() && self.clocks.share == 0.0;
        none_found || none_so || self.shares.contains(&Some(0.0))
    }

    fn has_no_words(&self) -> bool {
        match self.words {
            Words::None => true,
            Words::Few(_) | Words::Many(_) => false,
        }
    }

    /// Whether every ticket in the order matches, but for a range of the order itself.
    fn is_unfiltered(&self, order: Order) -> bool {
        let is_by_ticket = match order {
            Order::CreatedAt | Order::UpdatedAt | Order::Priority | Order::Number => true,
            // Some of the due ones may have been deleted, and some of all are due.
            Order::Due | Order::NeverDue => false,
        };
        is_by_ticket
            && self.has_no_words()
            && self.groups.is_empty()
            && !self.clocks.is_asked()
            && self.ranges().iter().all(|range| range.column == order.column())
    }

    /// How many tickets match the filters, if they do not depend on each other. A facet that is not counted is rare.
    fn expected_matches(&self) -> f64 {
        let facets = self.shares.iter().map(|share| share.unwrap_or(0.0)).product::<f64>();
        let clocks = if self.clocks.is_asked() { self.clocks.share } else { 1.0 };
        self.total as f64 * facets * clocks
    }

    /// How many tickets have to be looked at to gather them, if the filters do not depend on each other.
    fn gathered(&self) -> f64 {
        if self.clocks.is_asked() && !self.clocks.is_indexed() {
            self.expected_matches() / self.clocks.share
        } else {
            self.expected_matches()
        }
    }

    fn is_rare_by_filters(&self) -> bool {
        let is_filtered = !self.groups.is_empty() || self.clocks.is_indexed();
        is_filtered && self.expected_matches() <= FEW as f64
    }

    /// How far a walk may go.
    fn steps(&self, order: Order) -> i64 {
        match order {
            Order::CreatedAt | Order::UpdatedAt | Order::Priority | Order::Number | Order::Due => {
                STEPS
            }
            // The due ones may all come first.
            Order::NeverDue => STEPS + self.clocks.due,
        }
    }

    /// How far a walk has to go if the filters do not depend on each other.
    fn expected_steps(&self, stretch: Stretch) -> f64 {
        let share = self.expected_matches() / self.total.max(1) as f64;
        stretch.wanted as f64 / share.max(f64::MIN_POSITIVE)
    }

    fn is_complete(&self, found: &[Found], stretch: Stretch, steps: i64) -> bool {
        let walked = match stretch.order {
            Order::Due => self.clocks.due,
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::NeverDue => self.total,
        };
        i64::try_from(found.len()).is_ok_and(|found| found >= stretch.wanted) || walked <= steps
    }

    fn ranges(&self) -> Vec<Range> {
        ranges(&self.query.filter)
    }
}

async fn find_words(
    pool: &PgPool,
    text: String,
    total: i64,
    wanted: i64,
) -> Result<Words, QueryError> {
    // Gathering a common word costs more than finding a page of it on a walk.
    let matches = search::estimate(pool, &text).await?;
    let steps = wanted as f64 * total as f64 / matches.max(1) as f64;
    if matches > FEW || steps <= SHORT_STEPS {
        return Ok(Words::Many(text));
    }
    Ok(match search::few(pool, &text, FEW).await? {
        Some(ids) => Words::Few(ids),
        None => Words::Many(text),
    })
}
