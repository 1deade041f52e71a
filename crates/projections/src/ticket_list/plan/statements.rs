//! The statements of a plan.

use sqlx::{PgPool, Postgres, QueryBuilder};

use super::super::clocks::push_never_due;
use super::super::conditions::{Range, push_facets, push_search};
use super::super::order::{DataKey, Found, Order, Stretch};
use super::super::values::Bounds;
use super::{Plan, Share};
use crate::QueryError;

/// So many rows may be looked at to save the index of facets a filter.
const ENOUGH: f64 = 3_000.0;
/// A filter that more tickets match than not is no work for the index of facets.
const COMMON: f64 = 0.5;

/// Where the gathering of matches begins.
enum Beginning {
    Clocks,
    /// With these bounds.
    Bounds(usize),
    Facets,
}

impl Plan<'_> {
    pub(super) async fn walk(
        &self,
        pool: &PgPool,
        stretch: &Stretch,
        steps: i64,
    ) -> Result<Vec<Found>, QueryError> {
        match &stretch.order {
            Order::Due => return self.walk_due(pool, stretch, steps).await,
            Order::Data(key) => return self.walk_data(pool, stretch, key, steps).await,
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::NeverDue
            | Order::WithoutData(_) => {}
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
        self.push_each(&mut sql, "w", |range| range.column != column, |_| true);
        push_without(&mut sql, "w", &stretch.order);
        sql.push(format!(" order by {outer}w.v {direction}, w.id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, &stretch.order).await
    }

    /// Along the index of due times, with a look at the ticket of each.
    async fn walk_due(
        &self,
        pool: &PgPool,
        stretch: &Stretch,
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
        self.push_each(&mut sql, "t", |_| true, |_| true);
        sql.push(format!(" order by w.due_at {direction}, w.ticket_id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, &stretch.order).await
    }

    /// Along the index of a field's values, between the bounds of that field, with a look at the ticket of each.
    async fn walk_data(
        &self,
        pool: &PgPool,
        stretch: &Stretch,
        key: &DataKey,
        steps: i64,
    ) -> Result<Vec<Found>, QueryError> {
        let (column, direction) = (key.column(), self.query.direction.sql());
        let is_own = |bounds: &Bounds| bounds.are_of(&stretch.order);
        let mut sql = QueryBuilder::new(format!(
            "select w.ticket_id, w.v from (select d.ticket_id, d.{column} as v from views.ticket_data d \
             where d.{column} is not null and d.field = ",
        ));
        sql.push_bind(key.field.to_string());
        self.bounds
            .iter()
            .filter(|bounds| is_own(bounds))
            .for_each(|own| own.push_bounds(&mut sql));
        self.push_cursor(&mut sql, stretch, &format!("d.{column}, d.ticket_id"));
        sql.push(format!(" order by d.{column} {direction}, d.ticket_id {direction} limit "));
        sql.push_bind(steps);
        sql.push(
            ") w cross join lateral (select t.id, t.facets, t.created_at, t.updated_at \
             from views.tickets t where t.id = w.ticket_id and not t.hidden offset 0) t where true",
        );
        self.push_each(&mut sql, "t", |_| true, |bounds| !is_own(bounds));
        sql.push(format!(" order by w.v {direction}, w.ticket_id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, &stretch.order).await
    }

    /// The filters, looked at for each row of `table`, with some of the ranges and bounds.
    fn push_each(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        table: &str,
        ranges: impl Fn(&Range) -> bool,
        bounds: impl Fn(&Bounds) -> bool,
    ) {
        let groups: Vec<&[String]> = self.groups.iter().map(Vec::as_slice).collect();
        push_facets(sql, table, &groups);
        for range in self.ranges().iter().filter(|range| ranges(range)) {
            range.push(sql, table);
        }
        self.clocks.push_each(sql, table);
        for bounds in self.bounds.iter().filter(|one| bounds(one)) {
            bounds.push_each(sql, table);
        }
        if let Some(words) = &self.words {
            push_search(sql, words, table);
        }
    }

    pub(super) async fn gather(
        &self,
        pool: &PgPool,
        stretch: &Stretch,
    ) -> Result<Vec<Found>, QueryError> {
        let direction = self.query.direction.sql();
        let mut sql = QueryBuilder::new("select m.id, m.v from (select t.id, ");
        stretch.order.push_value_of(&mut sql, "t");
        sql.push(" as v from ");
        let valued = match &stretch.order {
            Order::Data(key) => Some(key),
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::Due
            | Order::NeverDue
            | Order::WithoutData(_) => None,
        };
        self.push_matches(&mut sql, valued);
        push_without(&mut sql, "t", &stretch.order);
        sql.push(" offset 0) m where m.v is not null");
        self.push_cursor(&mut sql, stretch, "m.v, m.id");
        sql.push(format!(" order by m.v {direction}, m.id {direction} limit "));
        sql.push_bind(stretch.wanted);
        self.fetch(pool, sql, &stretch.order).await
    }

    /// `(select …) t where …`: every match, or every one with a value of a field, in no order. What stands within is for
    /// an index; the fence keeps what stands without from it.
    pub(super) fn push_matches(&self, sql: &mut QueryBuilder<Postgres>, valued: Option<&DataKey>) {
        let mut groups: Vec<(f64, Vec<String>)> =
            self.shares.iter().map(Share::guess).zip(self.groups.iter().cloned()).collect();
        groups.extend(
            valued.map(|key| {
                (self.sorted.valued as f64 / self.total.max(1) as f64, vec![key.facet()])
            }),
        );
        let mut others: Vec<&[String]> = groups.iter().map(|(_, group)| group.as_slice()).collect();
        let mut words_left = self.words.as_ref();
        let mut clocks_left = true;
        let mut bounds_done = None;
        sql.push("(select t.id, t.facets, t.created_at, t.updated_at, t.priority, t.number from ");
        match (&self.few, &self.words) {
            (Some(ids), _) => {
                sql.push("views.tickets t where not t.hidden and t.id = any(");
                sql.push_bind(ids.clone()).push(")");
            }
            (None, Some(words)) if !self.is_rare_by_filters() => {
                sql.push(
                    "views.tickets t join views.search s on s.ticket_id = t.id where not t.hidden and s.doc @@ ",
                );
                sql.push_bind(words.clone()).push("::text::tsquery");
                words_left = None;
            }
            (None, Some(_) | None) => match self.begins_with(&groups) {
                Beginning::Clocks => {
                    self.clocks.push_from_index(sql);
                    clocks_left = false;
                }
                Beginning::Bounds(at) => {
                    self.bounds[at].push_from_index(sql);
                    bounds_done = Some(at);
                }
                Beginning::Facets => {
                    let (indexed, rest) = self.parted(&groups);
                    sql.push("views.tickets t where not t.hidden");
                    push_facets(sql, "t", &indexed);
                    others = rest;
                }
            },
        }
        for range in self.ranges() {
            range.push(sql, "t");
        }
        sql.push(" offset 0) t where true");
        push_facets(sql, "t", &others);
        if clocks_left {
            self.clocks.push_each(sql, "t");
        }
        for (at, bounds) in self.bounds.iter().enumerate() {
            if bounds_done != Some(at) {
                bounds.push_each(sql, "t");
            }
        }
        if let Some(words) = words_left {
            push_search(sql, words, "t");
        }
    }

    /// Which index leaves the fewest tickets.
    fn begins_with(&self, groups: &[(f64, Vec<String>)]) -> Beginning {
        let rarest = groups.iter().map(|(share, _)| *share).fold(1.0, f64::min);
        let bounds = self.bounds.iter().enumerate().map(|(at, b)| (b.share(self.total), at));
        let bounds = bounds.min_by(|a, b| a.0.total_cmp(&b.0));
        // The index of facets meets all groups at once.
        let all = groups.iter().map(|(share, _)| *share).product::<f64>();
        let by_bounds = bounds.filter(|(share, _)| *share <= all.min(COMMON));
        let by_clocks = self.clocks.is_indexed() && self.clocks.share <= rarest.min(COMMON);
        match by_bounds {
            Some((share, at)) if !by_clocks || share <= self.clocks.share => Beginning::Bounds(at),
            Some(_) | None if by_clocks => Beginning::Clocks,
            Some(_) | None => Beginning::Facets,
        }
    }

    fn push_cursor(&self, sql: &mut QueryBuilder<Postgres>, stretch: &Stretch, columns: &str) {
        let Some((value, id)) = &stretch.cursor else { return };
        sql.push(format!(" and ({columns}) {} (", self.query.direction.after()));
        stretch.order.push_value(sql, value);
        sql.push(", ").push_bind(*id).push(")");
    }

    async fn fetch(
        &self,
        pool: &PgPool,
        mut sql: QueryBuilder<Postgres>,
        order: &Order,
    ) -> Result<Vec<Found>, QueryError> {
        let rows = sql.build().fetch_all(pool).await?;
        Ok(rows.iter().map(|row| order.found(row)).collect())
    }

    /// The groups for the index of facets and the others. Long lists cost the index more than a look at the few rows
    /// that are left, so it gets the rarest groups, until they leave few enough.
    fn parted<'g>(
        &self,
        groups: &'g [(f64, Vec<String>)],
    ) -> (Vec<&'g [String]>, Vec<&'g [String]>) {
        let mut by_share: Vec<(f64, &[String])> =
            groups.iter().map(|(share, group)| (*share, group.as_slice())).collect();
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
}

/// Only rows of `table` without the value that a stretch before this order has gone by.
fn push_without(sql: &mut QueryBuilder<Postgres>, table: &str, order: &Order) {
    match order {
        Order::NeverDue => push_never_due(sql, table),
        Order::WithoutData(key) => {
            sql.push(format!(" and not {table}.facets @> ")).push_bind(vec![key.facet()]);
        }
        Order::CreatedAt
        | Order::UpdatedAt
        | Order::Priority
        | Order::Number
        | Order::Due
        | Order::Data(_) => {}
    }
}
