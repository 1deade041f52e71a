//! How a page is found at 1,000,000 tickets. Two ways, both bounded:
//!
//! - *walk*: along the index of the order, taking what matches. Fast when matches are common, endless when they are rare.
//! - *gather*: the matches out of the index of facets, then sorted. Fast when they are rare, slow when they are common.
//!
//! The clocks of tickets stand in a table of their own. Tickets by due time are walked along its index, as far as there are
//! due ones, and then those without; a filter by the state of the clocks is looked up per row, or gathered from if that is
//! rare. The same holds for the values of forms; few values within bounds are joined by the ids of their tickets.
//!
//! Facets are counted exactly, but for the values of forms, whose share is estimated. So it is known beforehand which way is short, as far as filters do not depend on each
//! other; where they do, a walk that found too little is followed by gathering.

mod share;
mod statements;

use std::collections::{HashMap, HashSet};

use domain::TicketTypeId;
use sqlx::{PgPool, QueryBuilder, Row};
use uuid::Uuid;

use super::clocks::Clocks;
use super::conditions::{Range, groups, ranges};
use super::data::DataMatch;
use super::facets;
use super::filter::{SortKey, TicketQuery};
use super::order::{After, DataKey, Found, Order, Stretch};
use super::page::Total;
use super::values::Bounds;
use crate::search::{self, Parsed};
use crate::{DataOrder, QueryError, ticket_stats};
use share::{Share, shares};

/// A walk takes at most so many steps.
const STEPS: i64 = 10_000;
/// A walk is begun only where it is expected to take no more than this.
const EXPECTED_STEPS: f64 = 5_000.0;
/// So many matches of a search, or of bounds, are joined by their ids.
const FEW: i64 = 10_000;
/// So many matches are not gathered to look at the clocks of each.
const MANY: f64 = 30_000.0;
/// A word is common when a walk to a page of it is no longer than this.
const SHORT_STEPS: f64 = 1_500.0;

/// What a search means for the plan.
enum Words {
    /// It matches these tickets.
    Few(Vec<Uuid>),
    /// It matches many.
    Many(String),
}

/// The field that the list is ordered by.
#[derive(Default)]
struct Sorted {
    /// How many tickets have a value.
    valued: i64,
    /// Whether one of the filters is only met by tickets that have one.
    only_valued: bool,
}

/// Everything known before the first row is looked for.
pub(super) struct Plan<'a> {
    query: &'a TicketQuery,
    start: (Order, Option<After>),
    /// Each group of facets is one filter: one of them must be there.
    groups: Vec<Vec<String>>,
    /// The share of all tickets that each group matches.
    shares: Vec<Share>,
    total: i64,
    clocks: Clocks,
    /// Words that match many tickets.
    words: Option<String>,
    /// Those that all matches are among, if they are few.
    few: Option<Vec<Uuid>>,
    /// The bounds of values that are yet to be looked at.
    bounds: Vec<Bounds>,
    sorted: Sorted,
}

impl<'a> Plan<'a> {
    pub(super) async fn new(
        pool: &PgPool,
        query: &'a TicketQuery,
        words: Parsed,
        types: &[TicketTypeId],
    ) -> Result<Self, QueryError> {
        let start = Order::start(&query.sort, query.cursor.as_ref())?;
        let groups = groups(&query.filter, types);
        let mut all: Vec<String> = groups.iter().flatten().cloned().collect();
        if let SortKey::Data(field, _) = &query.sort {
            all.extend(DataOrder::ALL.map(|order| facets::has_data(field.as_str(), order)));
        }
        let (total, counts) = ticket_stats::facet_counts(pool, &all).await?;
        let shares = shares(pool, &groups, total, &counts).await?;
        let clocks = match (&query.sort, query.filter.sla.as_slice()) {
            (
                SortKey::CreatedAt
                | SortKey::UpdatedAt
                | SortKey::Priority
                | SortKey::Number
                | SortKey::Data(..),
                [],
            ) => Clocks::default(),
            (_, states) => Clocks::new(pool, states, total).await?,
        };
        let mut bounds = Bounds::all(pool, &query.filter.data).await?;
        let sorted = match &start.0 {
            Order::Data(key) | Order::WithoutData(key) => sorted(query, key, &bounds, &counts),
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::Due
            | Order::NeverDue => Sorted::default(),
        };
        let wanted = i64::try_from(query.limit + 1).unwrap_or(i64::MAX);
        let (words, found) = match words {
            Parsed::Nothing => (None, None),
            Parsed::Query(text) => match find_words(pool, text, total, wanted).await? {
                Words::Few(ids) => (None, Some(ids)),
                Words::Many(text) => (Some(text), None),
            },
        };
        let mut few = found;
        // What the list is ordered by has an index of its own, in which the bounds are the ends.
        while let Some(at) =
            bounds.iter().position(|bounds| bounds.counted <= FEW && !bounds.are_of(&start.0))
        {
            let within = bounds.swap_remove(at).tickets(pool).await?;
            few = Some(match few {
                Some(found) => intersection(found, &within),
                None => within,
            });
        }
        Ok(Self { query, start, groups, shares, total, clocks, words, few, bounds, sorted })
    }

    /// The rows of the page, and one more if there is one.
    pub(super) async fn page(&self, pool: &PgPool) -> Result<Vec<Found>, QueryError> {
        if self.matches_nothing() {
            return Ok(Vec::new());
        }
        let (order, cursor) = self.start.clone();
        let wanted = i64::try_from(self.query.limit + 1).unwrap_or(i64::MAX);
        let rest = order.rest();
        let is_empty = match &order {
            Order::Due => self.clocks.are_never_due(),
            Order::Data(_) => self.sorted.valued == 0,
            Order::WithoutData(_) => self.have_all_values(),
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::NeverDue => false,
        };
        let mut found = if is_empty {
            Vec::new()
        } else {
            self.stretch(pool, Stretch { order, cursor, wanted }).await?
        };
        let left = wanted - i64::try_from(found.len()).unwrap_or(wanted);
        if let Some(order) = rest
            && left > 0
            && !(matches!(order, Order::WithoutData(_)) && self.have_all_values())
        {
            let rest = Stretch { order, cursor: None, wanted: left };
            found.extend(self.stretch(pool, rest).await?);
        }
        Ok(found)
    }

    /// Whether no match is without a value of the field that the list is ordered by.
    fn have_all_values(&self) -> bool {
        self.sorted.only_valued || self.sorted.valued >= self.total
    }

    async fn stretch(&self, pool: &PgPool, stretch: Stretch) -> Result<Vec<Found>, QueryError> {
        if self.is_unfiltered(&stretch.order) {
            let wanted = stretch.wanted;
            return self.walk(pool, &stretch, wanted).await;
        }
        if self.few.is_some() {
            return self.gather(pool, &stretch).await;
        }
        let steps = self.steps(&stretch.order);
        let is_walked_first = match &self.words {
            Some(_) => !self.is_rare_by_filters(),
            None => self.expected_steps(&stretch) <= EXPECTED_STEPS,
        };
        if is_walked_first {
            let found = self.walk(pool, &stretch, steps).await?;
            if self.is_complete(&found, &stretch, steps) {
                return Ok(found);
            }
        }
        // Fewer are due than there are to gather, or no index can tell the matches: the walk goes to its end at the worst.
        let gathered = self.gathered();
        let is_shorter = match &stretch.order {
            Order::Due => self.clocks.due as f64 <= gathered,
            Order::Data(_) => {
                let valued = self.sorted.valued as f64;
                valued <= gathered * (valued / self.total.max(1) as f64)
                    || self.groups.is_empty() && !self.clocks.is_indexed()
            }
            Order::WithoutData(_) => self.groups.is_empty() && !self.clocks.is_indexed(),
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::NeverDue => self.clocks.is_asked() && gathered > MANY,
        };
        if is_shorter && self.words.is_none() {
            return self.walk(pool, &stretch, i64::MAX).await;
        }
        self.gather(pool, &stretch).await
    }

    /// How many tickets match, counted to just over the cap.
    pub(super) async fn count(&self, pool: &PgPool) -> Result<i64, QueryError> {
        if self.matches_nothing() {
            return Ok(0);
        }
        let is_by_facets = self.words.is_none() && self.few.is_none() && self.bounds.is_empty();
        if is_by_facets && !self.clocks.is_asked() && self.ranges().is_empty() {
            match (self.groups.as_slice(), self.shares.as_slice()) {
                ([], _) => return Ok(self.total),
                ([group], [Share::Counted(share)]) if group.len() == 1 => {
                    return Ok((share * self.total as f64).round() as i64);
                }
                (_, _) => {}
            }
        }
        let mut sql = QueryBuilder::new("select count(*) from (select 1 from ");
        self.push_matches(&mut sql, None);
        sql.push(" limit ").push_bind(Total::CAP + 1).push(") m");
        Ok(sql.build().fetch_one(pool).await?.get(0))
    }

    fn matches_nothing(&self) -> bool {
        let none_found = self.few.as_ref().is_some_and(Vec::is_empty);
        let none_so = self.clocks.is_asked() && self.clocks.share == 0.0;
        let none_within = self.bounds.iter().any(|bounds| bounds.counted == 0);
        none_found || none_so || none_within || self.shares.contains(&Share::Counted(0.0))
    }

    /// Whether every ticket in the order matches, but for a range of the order itself.
    fn is_unfiltered(&self, order: &Order) -> bool {
        let is_by_ticket = match order {
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::Data(_) => true,
            // Some of the due ones may have been deleted, and some of all are due or have a value.
            Order::Due | Order::NeverDue | Order::WithoutData(_) => false,
        };
        is_by_ticket
            && self.words.is_none()
            && self.few.is_none()
            && self.groups.is_empty()
            && !self.clocks.is_asked()
            && self.bounds.iter().all(|bounds| bounds.are_of(order))
            && self.ranges().iter().all(|range| range.column == order.column())
    }

    /// How many tickets match the filters, if they do not depend on each other. A facet that is not counted is rare.
    fn expected_matches(&self) -> f64 {
        let facets = self.shares.iter().map(Share::guess).product::<f64>();
        let clocks = if self.clocks.is_asked() { self.clocks.share } else { 1.0 };
        let values = self.bounds.iter().map(|bounds| bounds.share(self.total)).product::<f64>();
        self.total as f64 * facets * clocks * values
    }

    /// How many tickets have to be looked at to gather them, if the filters do not depend on each other.
    fn gathered(&self) -> f64 {
        let mut gathered = self.expected_matches();
        if self.clocks.is_asked() && !self.clocks.is_indexed() {
            gathered /= self.clocks.share;
        }
        gathered
    }

    fn is_rare_by_filters(&self) -> bool {
        let is_filtered =
            !self.groups.is_empty() || !self.bounds.is_empty() || self.clocks.is_indexed();
        is_filtered && self.expected_matches() <= FEW as f64
    }

    /// How far a walk may go.
    fn steps(&self, order: &Order) -> i64 {
        match order {
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::Due
            | Order::Data(_)
            | Order::WithoutData(_) => STEPS,
            // The due ones may all come first.
            Order::NeverDue => STEPS + self.clocks.due,
        }
    }

    /// How far a walk has to go if the filters do not depend on each other.
    fn expected_steps(&self, stretch: &Stretch) -> f64 {
        let mut share = self.expected_matches() / self.total.max(1) as f64;
        let valued = self.sorted.valued as f64 / self.total.max(1) as f64;
        match &stretch.order {
            // Bounds of the order itself are the ends of the walk.
            order @ Order::Data(_) => {
                for bounds in self.bounds.iter().filter(|bounds| bounds.are_of(order)) {
                    share /= bounds.share(self.total).max(f64::MIN_POSITIVE);
                }
            }
            Order::WithoutData(_) => share *= 1.0 - valued,
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::Due
            | Order::NeverDue => {}
        }
        stretch.wanted as f64 / share.max(f64::MIN_POSITIVE)
    }

    fn is_complete(&self, found: &[Found], stretch: &Stretch, steps: i64) -> bool {
        let walked = match &stretch.order {
            Order::Due => self.clocks.due,
            order @ Order::Data(_) => {
                let mut own = self.bounds.iter().filter(|bounds| bounds.are_of(order));
                match own.next() {
                    Some(bounds) if !bounds.are_cut() => bounds.counted,
                    Some(_) | None => self.sorted.valued,
                }
            }
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::NeverDue
            | Order::WithoutData(_) => self.total,
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

/// What the counters tell of the field that a list is ordered by.
fn sorted(
    query: &TicketQuery,
    key: &DataKey,
    bounds: &[Bounds],
    counts: &HashMap<String, i64>,
) -> Sorted {
    let count = |order| {
        let facet = facets::has_data(key.field.as_str(), order);
        counts.get(&facet).copied().unwrap_or(0)
    };
    let other = match key.order {
        DataOrder::Text => DataOrder::Number,
        DataOrder::Number => DataOrder::Text,
    };
    let is_equal = |data: &crate::DataFilter| match data.is {
        DataMatch::AnyOf(_) => data.field == key.field,
        DataMatch::AtLeast(_) | DataMatch::Below(_) => false,
    };
    let order = Order::Data(key.clone());
    let only_valued = bounds.iter().any(|bounds| bounds.are_of(&order))
        || count(other) == 0 && query.filter.data.iter().any(is_equal);
    Sorted { valued: count(key.order), only_valued }
}

/// The ids that are in both.
fn intersection(some: Vec<Uuid>, others: &[Uuid]) -> Vec<Uuid> {
    let others: HashSet<&Uuid> = others.iter().collect();
    some.into_iter().filter(|id| others.contains(id)).collect()
}
