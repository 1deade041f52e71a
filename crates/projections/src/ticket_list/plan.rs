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

use super::facets;
use super::filter::{Assignment, SortKey, TicketFilter, TicketQuery};
use super::page::Total;
use crate::search::{self, Parsed};
use crate::ticket_detail::micros;
use crate::{QueryError, ticket_stats};

/// A walk takes at most so many steps.
const STEPS: i64 = 10_000;
/// A walk that looks into the search table takes at most so many.
const SEARCHING_STEPS: i64 = 4_000;
/// A walk is begun only where it is expected to take no more than this.
const EXPECTED_STEPS: f64 = 5_000.0;
/// So many matches of a search are joined by their ids.
const FEW: i64 = 5_000;
/// A search is common when it matches more than one ticket in so many.
const COMMON: i64 = 50;

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
            Parsed::Query(text) => find_words(pool, text, total).await?,
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
            Words::Many(_) => {
                if self.rarest() * self.total as f64 > FEW as f64 {
                    let found = self.walk(pool, SEARCHING_STEPS).await?;
                    if self.is_complete(&found, SEARCHING_STEPS) {
                        return Ok(found);
                    }
                }
            }
            Words::None => {
                if self.expected_steps() <= EXPECTED_STEPS || self.total <= EXPECTED_STEPS as i64 {
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

    /// The share of the rarest filter; one that is not counted is taken for rare.
    fn rarest(&self) -> f64 {
        self.shares.iter().map(|share| share.unwrap_or(0.0)).fold(1.0, f64::min)
    }

    /// How far a walk has to go if the filters do not depend on each other.
    fn expected_steps(&self) -> f64 {
        let matching: f64 = self.shares.iter().map(|share| share.unwrap_or(0.0)).product();
        self.wanted() as f64 / matching.max(f64::MIN_POSITIVE)
    }

    fn is_complete(&self, found: &[Found], steps: i64) -> bool {
        i64::try_from(found.len()).is_ok_and(|found| found >= self.wanted()) || self.total <= steps
    }

    async fn walk(&self, pool: &PgPool, steps: i64) -> Result<Vec<Found>, QueryError> {
        let (column, direction) = (self.query.sort.column(), self.query.direction.sql());
        let mut sql = QueryBuilder::new("select w.id, w.v from (select t.id, t.");
        sql.push(column);
        sql.push(
            " as v, t.facets, t.created_at, t.updated_at from views.tickets t where not t.hidden",
        );
        self.push_cursor(&mut sql);
        for range in self.ranges().iter().filter(|range| range.column == column) {
            range.push(&mut sql, "t");
        }
        if let ([status], SortKey::CreatedAt) =
            (self.query.filter.status.as_slice(), self.query.sort)
        {
            sql.push(" and t.status = ").push_bind(status.as_str());
        }
        sql.push(format!(" order by t.{column} {direction}, t.id {direction} limit "));
        sql.push_bind(steps).push(") w where true");
        self.push_facets(&mut sql, "w");
        for range in self.ranges().iter().filter(|range| range.column != column) {
            range.push(&mut sql, "w");
        }
        if let Words::Many(words) = &self.words {
            push_search(&mut sql, words, "w");
        }
        sql.push(format!(" order by w.v {direction}, w.id {direction} limit "));
        sql.push_bind(self.wanted());
        self.fetch(pool, sql).await
    }

    async fn gather(&self, pool: &PgPool) -> Result<Vec<Found>, QueryError> {
        let direction = self.query.direction.sql();
        let mut sql = QueryBuilder::new("select m.id, m.v from (select t.id, t.");
        sql.push(self.query.sort.column()).push(" as v from ");
        self.push_matches(&mut sql);
        self.push_cursor(&mut sql);
        // The fence keeps the planner from walking the order after all.
        sql.push(format!(" offset 0) m order by m.v {direction}, m.id {direction} limit "));
        sql.push_bind(self.wanted());
        self.fetch(pool, sql).await
    }

    /// `views.tickets t … where …`: every match, in no order.
    fn push_matches(&self, sql: &mut QueryBuilder<Postgres>) {
        let by_facets = !self.groups.is_empty() && self.rarest() * self.total as f64 <= FEW as f64;
        match &self.words {
            Words::None => {
                sql.push("views.tickets t where not t.hidden");
            }
            Words::Few(ids) => {
                sql.push("views.tickets t where not t.hidden and t.id = any(");
                sql.push_bind(ids.clone()).push(")");
            }
            Words::Many(words) if by_facets => {
                sql.push("views.tickets t where not t.hidden");
                push_search(sql, words, "t");
            }
            Words::Many(words) => {
                sql.push("views.search s join views.tickets t on t.id = s.ticket_id where not t.hidden and s.doc @@ ");
                sql.push_bind(words.clone()).push("::text::tsquery");
            }
        }
        self.push_facets(sql, "t");
        for range in self.ranges() {
            range.push(sql, "t");
        }
    }

    fn push_facets(&self, sql: &mut QueryBuilder<Postgres>, table: &str) {
        let mut all = Vec::new();
        for group in &self.groups {
            if let [only] = group.as_slice() {
                all.push(only.clone());
            } else {
                sql.push(format!(" and {table}.facets && ")).push_bind(group.clone());
            }
        }
        if !all.is_empty() {
            sql.push(format!(" and {table}.facets @> ")).push_bind(all);
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
        let filter = &self.query.filter;
        let bounds = [
            ("created_at", ">=", filter.created_from),
            ("created_at", "<", filter.created_to),
            ("updated_at", ">=", filter.updated_from),
            ("updated_at", "<", filter.updated_to),
        ];
        bounds
            .into_iter()
            .filter_map(|(column, operator, at)| Some(Range { column, operator, at: at? }))
            .collect()
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

struct Range {
    column: &'static str,
    operator: &'static str,
    at: DateTime<chrono::Utc>,
}

impl Range {
    fn push(&self, sql: &mut QueryBuilder<Postgres>, table: &str) {
        sql.push(format!(" and {table}.{} {} ", self.column, self.operator)).push_bind(self.at);
    }
}

/// A look into the search table for each row: never a join, which would begin at the wrong end.
fn push_search(sql: &mut QueryBuilder<Postgres>, words: &str, table: &str) {
    sql.push(" and (select s.doc @@ ").push_bind(words.to_owned());
    sql.push(format!("::text::tsquery from views.search s where s.ticket_id = {table}.id)"));
}

async fn find_words(pool: &PgPool, text: String, total: i64) -> Result<Words, QueryError> {
    // Gathering a common word costs more than finding a page of it on a walk.
    if search::estimate(pool, &text).await? > (total / COMMON).max(FEW) {
        return Ok(Words::Many(text));
    }
    Ok(match search::few(pool, &text, FEW).await? {
        Some(ids) => Words::Few(ids),
        None => Words::Many(text),
    })
}

/// The filters as groups of facets.
fn groups(filter: &TicketFilter) -> Vec<Vec<String>> {
    fn group<T>(values: &[T], facet: impl Fn(&T) -> String) -> Vec<String> {
        values.iter().map(facet).collect()
    }
    let mut groups = vec![
        group(&filter.status, |status| facets::status(status.as_str())),
        group(&filter.priority, |priority| facets::priority(priority.as_str())),
        group(&filter.category, |word| facets::category(word)),
        group(&filter.subcategory, |word| facets::subcategory(word)),
        group(&filter.department, |word| facets::department(word)),
        group(&filter.ticket_type, |word| facets::ticket_type(word)),
        group(&filter.source, |source| facets::source(source.as_str())),
        group(&filter.assigned, |assignment| match assignment {
            Assignment::To(user) => facets::assignee(Some(*user)),
            Assignment::Nobody => facets::assignee(None),
        }),
        group(&filter.tag, |word| facets::tag(word)),
        group(&filter.external_id, |id| facets::external_id(id)),
        group(&filter.opened_by, |user| facets::owner(*user)),
        group(&filter.watcher, |user| facets::watcher(*user)),
    ];
    let customers = filter.customer.iter().flat_map(|name| {
        [facets::customer(name.trim()), facets::customer(&name.trim().to_lowercase())]
    });
    groups.push(customers.collect());
    for group in &mut groups {
        group.sort_unstable();
        group.dedup();
    }
    groups.retain(|group| !group.is_empty());
    groups
}
