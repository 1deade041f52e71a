//! What a list asks of the declared values of forms by their order. They stand in a table of their own, with a row only
//! for tickets that are listed.

use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::data::{DataFilter, DataMatch, DataOrder, DataValue, column};
use super::order::{DataKey, Order, SortValue};

/// Values within bounds are counted no further than this.
const MOST: i64 = 30_000;

/// The bounds of one field.
pub(super) struct Bounds {
    key: DataKey,
    bounds: Vec<(&'static str, SortValue)>,
    /// How many values are within, up to one more than [`MOST`].
    pub(super) counted: i64,
}

impl Bounds {
    /// The bounds of each field that has any, with how many values are within.
    pub(super) async fn all(
        pool: &PgPool,
        filters: &[DataFilter],
    ) -> Result<Vec<Self>, sqlx::Error> {
        let mut all: Vec<Self> = Vec::new();
        for filter in filters {
            let (operator, value) = match &filter.is {
                DataMatch::AnyOf(_) => continue,
                DataMatch::AtLeast(value) => (">=", value),
                DataMatch::Below(value) => ("<", value),
            };
            let (order, value) = match value {
                DataValue::Text(text) => (DataOrder::Text, SortValue::Text(text.clone())),
                DataValue::Number(number) => (DataOrder::Number, SortValue::Number(*number)),
            };
            let key = DataKey { field: filter.field.clone(), order };
            match all.iter_mut().find(|bounds| bounds.key == key) {
                Some(bounds) => bounds.bounds.push((operator, value)),
                None => all.push(Self { key, bounds: vec![(operator, value)], counted: 0 }),
            }
        }
        for bounds in &mut all {
            let mut sql = QueryBuilder::new("select count(*) from (select 1");
            bounds.push_rows(&mut sql);
            sql.push(" limit ").push_bind(MOST + 1).push(") d");
            bounds.counted = sql.build().fetch_one(pool).await?.get(0);
        }
        Ok(all)
    }

    /// Whether these are bounds of what the list is ordered by.
    pub(super) fn are_of(&self, order: &Order) -> bool {
        match order {
            Order::Data(key) | Order::WithoutData(key) => *key == self.key,
            Order::CreatedAt
            | Order::UpdatedAt
            | Order::Priority
            | Order::Number
            | Order::Due
            | Order::NeverDue => false,
        }
    }

    /// Whether there may be more than were counted.
    pub(super) fn are_cut(&self) -> bool {
        self.counted > MOST
    }

    /// The share of all tickets, or more.
    pub(super) fn share(&self, total: i64) -> f64 {
        (self.counted as f64 / total.max(1) as f64).min(1.0)
    }

    /// The tickets whose values are within.
    pub(super) async fn tickets(&self, pool: &PgPool) -> Result<Vec<Uuid>, sqlx::Error> {
        let mut sql = QueryBuilder::new("select d.ticket_id");
        self.push_rows(&mut sql);
        sql.build_query_scalar().fetch_all(pool).await
    }

    /// ` from … d where …`: the values within.
    fn push_rows(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" from views.ticket_data d where d.field = ");
        sql.push_bind(self.key.field.to_string());
        self.push_bounds(sql);
    }

    /// The bounds themselves, of `d`.
    pub(super) fn push_bounds(&self, sql: &mut QueryBuilder<Postgres>) {
        for (operator, value) in &self.bounds {
            sql.push(format!(" and d.{} {operator} ", self.key.column()));
            push_value(sql, value);
        }
    }

    /// `… t where …`: the tickets whose values are within, begun with the values, each ticket looked up: so it may end
    /// early.
    pub(super) fn push_from_index(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(
            "views.ticket_data d cross join lateral (select * from views.tickets l where l.id = d.ticket_id offset 0) t \
             where not t.hidden and d.field = ",
        );
        sql.push_bind(self.key.field.to_string());
        self.push_bounds(sql);
    }

    /// A look at the value of each row of `table`: never a join, which would begin at the wrong end.
    pub(super) fn push_each(&self, sql: &mut QueryBuilder<Postgres>, table: &str) {
        sql.push(" and coalesce((select true");
        for (operator, value) in &self.bounds {
            sql.push(format!(" and d.{} {operator} ", column(self.key.order)));
            push_value(sql, value);
        }
        sql.push(format!(
            " from views.ticket_data d where d.ticket_id = {table}.id and d.field = "
        ));
        sql.push_bind(self.key.field.to_string()).push("), false)");
    }
}

fn push_value(sql: &mut QueryBuilder<Postgres>, value: &SortValue) {
    match value {
        SortValue::Text(text) => sql.push_bind(text.clone()),
        SortValue::Number(number) => sql.push_bind(*number),
        SortValue::Whole(whole) => sql.push_bind(*whole),
    };
}
