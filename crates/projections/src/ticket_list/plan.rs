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

use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::clocks::{Clocks, push_never_due};
use super::conditions::{Range, groups, push_facets, push_search, ranges};
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
/// A word is common when a walk to a page of it is no longer than this.
const SHORT_STEPS: f64 = 1_500.0;
/// So many rows may be looked at to save the index of facets a filter.
const ENOUGH: f64 = 3_000.0;
/// A filter that more tickets match than not is no work for the index of facets.
const COMMON: f64 = 0.5;

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
        let mut found = self.stretch(pool, Stretch { order, cursor, wanted }).await?;
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
        if stretch.order == Order::Due && self.clocks.due as f64 <= self.expected_matches() {
            // There are fewer due ones than matches.
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

    fn is_rare_by_filters(&self) -> bool {
        let is_filtered = !self.groups.is_empty() || self.clocks.is_indexed();
        is_filtered && self.expected_matches() <= FEW as f64
    }

    /// The groups for the index of facets and the others. Long lists cost the index more than a look at the few rows
    /// that are left, so it gets the rarest groups, until they leave few enough.
    fn parted(&self) -> (Vec<&[String]>, Vec<&[String]>) {
        let mut by_share: Vec<(f64, &[String])> = self
            .groups
            .iter()
            .zip(&self.shares)
            .map(|(group, share)| (share.unwrap_or(0.0), group.as_slice()))
            .collect();
        by_share.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut indexed, mut others) = (Vec::new(), Vec::new());
        let mut left = self.total as f64;
        for (share, group) in by_share {
            if indexed.is_empty() || (left > ENOUGH && share <= COMMON) {
                indexed.push(group);
                left *= share;
            } else {
                others.push(group);
            }
        }
        (indexed, others)
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

    async fn walk(
        &self,
        pool: &PgPool,
        stretch: Stretch,
        steps: i64,
    ) -> Result<Vec<Found>, QueryError> {
        if stretch.order == Order::Due {
            return self.walk_due(pool, stretch, steps).await;
        }
        let (column, direction) = (stretch.order.column(), self.query.direction.sql());
        let mut sql = QueryBuilder::new("select w.id, w.v from (select t.id, t.status, t.");
        sql.push(column);
        sql.push(
            " as v, t.facets, t.created_at, t.updated_at from views.tickets t where not t.hidden",
        );
        self.push_cursor(&mut sql, stretch, &format!("t.{column}, t.id"));
        for range in self.ranges().iter().filter(|range| range.column == column) {
            range.push(&mut sql, "t");
        }
        let mut before = String::new();
        if let ([status], "created_at") = (self.query.filter.status.as_slice(), column) {
            // Said as a range, and in the order as well, so that no other index will do: the one of all tickets may
            // have to pass every open one before the first that is closed.
            sql.push(" and t.status between ").push_bind(status.as_str());
            sql.push(" and ").push_bind(status.as_str());
            before = format!("status {direction}, ");
        }
        let of = |table: &str| before.replace("status", &format!("{table}.status"));
        let (inner, outer) = (of("t"), of("w"));
        sql.push(format!(" order by {inner}t.{column} {direction}, t.id {direction} limit "));
        sql.push_bind(steps).push(") w where true");
        self.push_each(&mut sql, "w", |range| range.column != column);
        if stretch.order == Order::NeverDue {
            push_never_due(&mut sql, "w");
        }
        sql.push(format!(" order by {outer}w.v {direction}, w.id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, stretch.order).await
    }

    /// Along the index of due times, with a look at the ticket of each.
    async fn walk_due(
        &self,
        pool: &PgPool,
        stretch: Stretch,
        steps: i64,
    ) -> Result<Vec<Found>, QueryError> {
        let direction = self.query.direction.sql();
        let mut sql = QueryBuilder::new(
            "select w.ticket_id, w.due_at from (select d.ticket_id, d.due_at from views.ticket_sla d \
             where d.due_at is not null",
        );
        self.push_cursor(&mut sql, stretch, "d.due_at, d.ticket_id");
        sql.push(format!(" order by d.due_at {direction}, d.ticket_id {direction} limit "));
        sql.push_bind(steps);
        sql.push(
            ") w cross join lateral (select t.id, t.facets, t.created_at, t.updated_at \
             from views.tickets t where t.id = w.ticket_id and not t.hidden offset 0) t where true",
        );
        self.push_each(&mut sql, "t", |_| true);
        sql.push(format!(" order by w.due_at {direction}, w.ticket_id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, stretch.order).await
    }

    /// The filters, looked at for each row of `table`, with some of the ranges.
    fn push_each(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        table: &str,
        ranges: impl Fn(&Range) -> bool,
    ) {
        let groups: Vec<&[String]> = self.groups.iter().map(Vec::as_slice).collect();
        push_facets(sql, table, &groups);
        for range in self.ranges().iter().filter(|range| ranges(range)) {
            range.push(sql, table);
        }
        self.clocks.push_each(sql, table);
        if let Words::Many(words) = &self.words {
            push_search(sql, words, table);
        }
    }

    async fn gather(&self, pool: &PgPool, stretch: Stretch) -> Result<Vec<Found>, QueryError> {
        let direction = self.query.direction.sql();
        let mut sql = QueryBuilder::new("select m.id, m.v from (select t.id, ");
        sql.push(stretch.order.value_of("t")).push(" as v from ");
        self.push_matches(&mut sql);
        if stretch.order == Order::NeverDue {
            push_never_due(&mut sql, "t");
        }
        sql.push(" offset 0) m where m.v is not null");
        self.push_cursor(&mut sql, stretch, "m.v, m.id");
        sql.push(format!(" order by m.v {direction}, m.id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, stretch.order).await
    }

    /// `(select …) t where …`: every match, in no order. What stands within is for an index; the fence keeps what stands
    /// without from it.
    fn push_matches(&self, sql: &mut QueryBuilder<Postgres>) {
        let mut others: Vec<&[String]> = self.groups.iter().map(Vec::as_slice).collect();
        let mut words_left = None;
        let mut clocks_left = true;
        sql.push("(select t.id, t.facets, t.created_at, t.updated_at, t.priority, t.number from views.tickets t");
        match &self.words {
            Words::Few(ids) => {
                sql.push(" where not t.hidden and t.id = any(").push_bind(ids.clone()).push(")");
            }
            Words::Many(words) if !self.is_rare_by_filters() => {
                sql.push(
                    " join views.search s on s.ticket_id = t.id where not t.hidden and s.doc @@ ",
                );
                sql.push_bind(words.clone()).push("::text::tsquery");
            }
            words @ (Words::Many(_) | Words::None) => {
                if self.begins_with_clocks() {
                    sql.push(" join views.ticket_sla s on s.ticket_id = t.id where not t.hidden");
                    self.clocks.push_indexed(sql);
                    clocks_left = false;
                } else {
                    let (indexed, rest) = self.parted();
                    sql.push(" where not t.hidden");
                    push_facets(sql, "t", &indexed);
                    others = rest;
                }
                if let Words::Many(words) = words {
                    words_left = Some(words);
                }
            }
        }
        for range in self.ranges() {
            range.push(sql, "t");
        }
        sql.push(" offset 0) t where true");
        push_facets(sql, "t", &others);
        if clocks_left {
            self.clocks.push_each(sql, "t");
        }
        if let Some(words) = words_left {
            push_search(sql, words, "t");
        }
    }

    /// Whether the clocks leave fewer tickets than the facets do.
    fn begins_with_clocks(&self) -> bool {
        let rarest = self.shares.iter().map(|share| share.unwrap_or(0.0)).fold(1.0, f64::min);
        self.clocks.is_indexed() && self.clocks.share <= rarest
    }

    fn push_cursor(&self, sql: &mut QueryBuilder<Postgres>, stretch: Stretch, columns: &str) {
        let Some((value, id)) = stretch.cursor else { return };
        sql.push(format!(" and ({columns}) {} (", self.query.direction.after()));
        stretch.order.push_value(sql, value);
        sql.push(", ").push_bind(id).push(")");
    }

    fn ranges(&self) -> Vec<Range> {
        ranges(&self.query.filter)
    }

    async fn fetch(
        &self,
        pool: &PgPool,
        mut sql: QueryBuilder<Postgres>,
        order: Order,
    ) -> Result<Vec<Found>, QueryError> {
        let rows = sql.build().fetch_all(pool).await?;
        Ok(rows.iter().map(|row| order.found(row)).collect())
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
