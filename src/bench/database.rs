//! A database for one measurement.

use std::time::Duration;

use anyhow::{Context, Result};
use eventstore::Ambient;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

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
    drop_database(&mut admin, &name).await?;
    admin.close().await?;
    done
}

/// Drops the database, with whoever is still connected. Postgres's own vacuum cannot be sent away by everybody: it is
/// waited for.
async fn drop_database(admin: &mut PgConnection, name: &str) -> Result<()> {
    const TRIES: u32 = 60;
    let mut tries = 0;
    loop {
        let sql = format!("drop database {name} with (force)");
        match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *admin).await {
            Ok(_) => return Ok(()),
            Err(error) if tries == TRIES => return Err(error).context("dropping the database"),
            Err(_) => tries += 1,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
