//! What must hold of the log.

mod crash;
mod events;
mod feed;
mod rebuild;
mod secrecy;
mod tampering;

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool, Row};

use crate::support::Desk;

/// The database of a desk in the shared Postgres.
pub async fn database(desk: &Desk) -> PgPool {
    PgPool::connect(desk.database_url()).await.expect("the database takes connections")
}

/// Every row of every table of a schema, as text, sorted.
pub async fn dump(pool: &PgPool, schema: &str) -> BTreeMap<String, Vec<String>> {
    let sql = "select table_name::text from information_schema.tables \
               where table_schema = $1 and table_type = 'BASE TABLE'";
    let tables = sqlx::query(sql).bind(schema).fetch_all(pool).await.unwrap();
    let mut dumped = BTreeMap::new();
    for table in tables {
        let table: String = table.get(0);
        let sql = format!("select t::text from {schema}.{table} t order by 1");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
        dumped.insert(table, rows.iter().map(|row| row.get(0)).collect());
    }
    dumped
}
