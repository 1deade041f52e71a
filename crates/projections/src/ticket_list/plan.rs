//! How a page is found at 1,000,000 tickets. Two ways, both bounded:
//!
//! - *walk*: along the index of the order, taking what matches. Fast when matches are common, endless when they are rare.
//! - *gather*: the matches out of the index of facets, then sorted. Fast when they are rare, slow when they are common.
//!
//! Facets are counted exactly, so it is known beforehand which way is short, as far as filters do not depend on each
//! other; where they do, a walk that found too little is followed by gathering.

use chrono::DateTime;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::conditions::{Range, groups, push_facets, push_search, ranges};
use super::facets;
use super::filter::{SortKey, TicketQuery};
use super::page::Total;
use crate::search::{self, Parsed};
use crate::ticket_detail::micros;
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

/// A row of the page, without its content.
pub(super) struct Found {
    pub(super) id: Uuid,
    pub(super) value: i64,
}

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
    cursor: Option<(i64, Uuid)>,
    /// Each group of facets is one filter: one of them must be there.
    groups: Vec<Vec<String>>,
    /// The share of all tickets that each group matches; none where it is not counted.
    shares: Vec<Option<f64>>,
    total: i64,
    words: Words,
}

impl<'a> Plan<'a> {
    pub(super) async fn new(
        pool: &PgPool,
        query: &'a TicketQuery,
        words: Parsed,
    ) -> Result<Self, QueryError> {
        let cursor =
            query.cursor.as_ref().map(|cursor| cursor.read(query.sort.column())).transpose()?;
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
        let words = match words {
            Parsed::Nothing => Words::None,
            Parsed::Query(text) => {
                let wanted = i64::try_from(query.limit + 1).unwrap_or(i64::MAX);
                find_words(pool, text, total, wanted).await?
            }
        };
        Ok(Self { query, cursor, groups, shares, total, words })
    }

    /// The rows of the page, and one more if there is one.
    pub(super) async fn page(&self, pool: &PgPool) -> Result<Vec<Found>, QueryError> {
        if self.matches_nothing() {
            return Ok(Vec::new());
        }
        if self.is_unfiltered() {
            return self.walk(pool, self.wanted()).await;
        }
        match &self.words {
            Words::Few(_) => return self.gather(pool).await,
            Words::Many(_) if self.is_rare_by_facets() => {}
            Words::Many(_) => {
                let found = self.walk(pool, STEPS).await?;
                if self.is_complete(&found, STEPS) {
                    return Ok(found);
                }
            }
            Words::None => {
                if self.expected_steps() <= EXPECTED_STEPS {
                    let found = self.walk(pool, STEPS).await?;
                    if self.is_complete(&found, STEPS) {
                        return Ok(found);
                    }
                }
            }
        }
        self.gather(pool).await
    }

    /// How many tickets match, counted to just over the cap.
    pub(super) async fn count(&self, pool: &PgPool) -> Result<i64, QueryError> {
        if self.matches_nothing() {
            return Ok(0);
        }
        if self.is_unfiltered() && self.ranges().is_empty() {
            return Ok(self.total);
        }
        if let (Words::None, [group], [Some(share)], true) =
            (&self.words, self.groups.as_slice(), self.shares.as_slice(), self.ranges().is_empty())
            && group.len() == 1
        {
            return Ok((share * self.total as f64).round() as i64);
        }
        let mut sql = QueryBuilder::new("select count(*) from (select 1 from ");
        self.push_matches(&mut sql);
        sql.push(" limit ").push_bind(Total::CAP + 1).push(") m");
        Ok(sql.build().fetch_one(pool).await?.get(0))
    }

    fn wanted(&self) -> i64 {
        i64::try_from(self.query.limit + 1).unwrap_or(i64::MAX)
    }

    fn matches_nothing(&self) -> bool {
        let none_found = match &self.words {
            Words::Few(ids) => ids.is_empty(),
            Words::None | Words::Many(_) => false,
        };
        none_found || self.shares.contains(&Some(0.0))
    }

    /// Whether every ticket in the order matches, but for a range of the order itself.
    fn is_unfiltered(&self) -> bool {
        let without_words = match self.words {
            Words::None => true,
            Words::Few(_) | Words::Many(_) => false,
        };
        without_words
            && self.groups.is_empty()
            && self.ranges().iter().all(|range| range.column == self.query.sort.column())
    }

    /// How many tickets match the facets, if they do not depend on each other. A facet that is not counted is rare.
    fn expected_matches(&self) -> f64 {
        self.total as f64 * self.shares.iter().map(|share| share.unwrap_or(0.0)).product::<f64>()
    }

    fn is_rare_by_facets(&self) -> bool {
        !self.groups.is_empty() && self.expected_matches() <= FEW as f64
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

    /// How far a walk has to go if the filters do not depend on each other.
    fn expected_steps(&self) -> f64 {
        let share = self.expected_matches() / self.total.max(1) as f64;
        self.wanted() as f64 / share.max(f64::MIN_POSITIVE)
    }

    fn is_complete(&self, found: &[Found], steps: i64) -> bool {
        i64::try_from(found.len()).is_ok_and(|found| found >= self.wanted()) || self.total <= steps
    }

    async fn walk(&self, pool: &PgPool, steps: i64) -> Result<Vec<Found>, QueryError> {
        let (column, direction) = (self.query.sort.column(), self.query.direction.sql());
        let mut sql = QueryBuilder::new("select w.id, w.v from (select t.id, t.status, t.");
        sql.push(column);
        sql.push(
            " as v, t.facets, t.created_at, t.updated_at from views.tickets t where not t.hidden",
        );
        self.push_cursor(&mut sql);
        for range in self.ranges().iter().filter(|range| range.column == column) {
            range.push(&mut sql, "t");
        }
        let mut before = String::new();
        if let ([status], SortKey::CreatedAt) =
            (self.query.filter.status.as_slice(), self.query.sort)
        {
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
        let groups: Vec<&[String]> = self.groups.iter().map(Vec::as_slice).collect();
        push_facets(&mut sql, "w", &groups);
        for range in self.ranges().iter().filter(|range| range.column != column) {
            range.push(&mut sql, "w");
        }
        if let Words::Many(words) = &self.words {
            push_search(&mut sql, words, "w");
        }
        sql.push(format!(" order by {outer}w.v {direction}, w.id {direction} limit "));
        sql.push_bind(self.wanted());
        self.fetch(pool, sql).await
    }

    async fn gather(&self, pool: &PgPool) -> Result<Vec<Found>, QueryError> {
        let direction = self.query.direction.sql();
        let mut sql = QueryBuilder::new("select m.id, m.v from (select t.id, t.");
        sql.push(self.query.sort.column()).push(" as v from ");
        self.push_matches(&mut sql);
        self.push_cursor(&mut sql);
        sql.push(format!(") m order by m.v {direction}, m.id {direction} limit "));
        sql.push_bind(self.wanted());
        self.fetch(pool, sql).await
    }

    /// `(select …) t where …`: every match, in no order. What stands within is for an index; the fence keeps what stands
    /// without from it.
    fn push_matches(&self, sql: &mut QueryBuilder<Postgres>) {
        let mut others: Vec<&[String]> = self.groups.iter().map(Vec::as_slice).collect();
        let mut words_left = None;
        sql.push("(select t.id, t.facets, t.created_at, t.updated_at, t.priority, t.number from views.tickets t");
        match &self.words {
            Words::Few(ids) => {
                sql.push(" where not t.hidden and t.id = any(").push_bind(ids.clone()).push(")");
            }
            Words::Many(words) if !self.is_rare_by_facets() => {
                sql.push(
                    " join views.search s on s.ticket_id = t.id where not t.hidden and s.doc @@ ",
                );
                sql.push_bind(words.clone()).push("::text::tsquery");
            }
            words @ (Words::Many(_) | Words::None) => {
                let (indexed, rest) = self.parted();
                sql.push(" where not t.hidden");
                push_facets(sql, "t", &indexed);
                others = rest;
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
        if let Some(words) = words_left {
            push_search(sql, words, "t");
        }
    }

    fn push_cursor(&self, sql: &mut QueryBuilder<Postgres>) {
        let Some((value, id)) = self.cursor else { return };
        let (column, after) = (self.query.sort.column(), self.query.direction.after());
        sql.push(format!(" and (t.{column}, t.id) {after} ("));
        match self.query.sort {
            SortKey::CreatedAt | SortKey::UpdatedAt => {
                sql.push_bind(DateTime::from_timestamp_micros(value).unwrap_or_default());
            }
            SortKey::Priority => {
                sql.push_bind(i16::try_from(value).unwrap_or_default());
            }
            SortKey::Number => {
                sql.push_bind(value);
            }
        }
        sql.push(", ").push_bind(id).push(")");
    }

    fn ranges(&self) -> Vec<Range> {
        ranges(&self.query.filter)
    }

    async fn fetch(
        &self,
        pool: &PgPool,
        mut sql: QueryBuilder<Postgres>,
    ) -> Result<Vec<Found>, QueryError> {
        let rows = sql.build().fetch_all(pool).await?;
        Ok(rows.iter().map(|row| Found { id: row.get(0), value: self.value(row) }).collect())
    }

    fn value(&self, row: &PgRow) -> i64 {
        match self.query.sort {
            SortKey::CreatedAt | SortKey::UpdatedAt => micros(row.get(1)),
            SortKey::Priority => i64::from(row.get::<i16, _>(1)),
            SortKey::Number => row.get(1),
        }
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
