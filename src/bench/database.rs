//! A database for one measurement.

use anyhow::{Context, Result};
use eventstore::Ambient;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// Measures on a new, empty database of this server, and drops it afterwards, whatever came of it.
pub(super) async fn with_own_database(
    url: &str,
    ambient: &Ambient,
    measure: impl AsyncFnOnce(PgConnectOptions) -> Result<()>,
) -> Result<()> {
    let server: PgConnectOptions = url.parse().context("the database URL")?;
    let name = format!("docket_bench_{}", ambient.uuid_v7().simple());
    let mut admin = server.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut admin).await?;
    let done = measure(server.database(&name)).await;
    sqlx::raw_sql(AssertSqlSafe(format!("drop database {name} with (force)")))
        .execute(&mut admin)
        .await?;
    admin.close().await?;
    done
}
