//! What benches are held against: plain INSERTs of the rows the log stores, one row and one
//! transaction at a time, into a table with the log's columns and indexes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use eventstore::{Ambient, StoredEvent};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::task::JoinSet;

use super::measure::{Limit, Speed, Took, Until};

/// Rows as the log holds them, for a table like the log's.
pub(super) struct Reference {
    sample: Arc<Vec<StoredEvent>>,
    next: Arc<AtomicI64>,
    ambient: Ambient,
}

impl Reference {
    /// Makes the table, `bench.events`, in the database of the log.
    pub(super) async fn create(
        pool: &PgPool,
        sample: Vec<StoredEvent>,
        ambient: Ambient,
    ) -> Result<Self> {
        ensure!(!sample.is_empty(), "there are no rows to insert");
        sqlx::raw_sql(
            "create schema bench; create table bench.events (like log.events including all) with (toast_tuple_target = 8160)",
        )
        .execute(pool)
        .await?;
        Ok(Self { sample: Arc::new(sample), next: Arc::new(AtomicI64::new(1)), ambient })
    }

    /// Inserts for the length of a turn, on as many connections as there are clients.
    pub(super) async fn insert(
        &self,
        database: &PgConnectOptions,
        clients: usize,
        turn: Duration,
    ) -> Result<Speed> {
        let mut connections = Vec::with_capacity(clients);
        for _ in 0..clients {
            let mut connection = database.connect().await?;
            connection.ping().await?;
            connections.push(connection);
        }
        let limit = Arc::new(Limit::new(Until::Time(turn)));
        let mut tasks = JoinSet::new();
        for mut connection in connections {
            let (sample, next, ambient, limit) = (
                Arc::clone(&self.sample),
                Arc::clone(&self.next),
                self.ambient.clone(),
                Arc::clone(&limit),
            );
            tasks.spawn(async move {
                let mut took = Took::new()?;
                while limit.take().is_continue() {
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    let at = usize::try_from(position)? % sample.len();
                    let began = Instant::now();
                    insert_row(&mut connection, position, &sample[at], &ambient).await?;
                    took.record(began.elapsed())?;
                }
                connection.close().await?;
                Ok(took)
            });
        }
        limit.speed(tasks).await
    }
}

const INSERT: &str = "insert into bench.events (position, event_id, stream_id, kind, version, type, \
    schema_version, data, metadata, leaf, recorded_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())";

async fn insert_row(
    connection: &mut PgConnection,
    position: i64,
    event: &StoredEvent,
    ambient: &Ambient,
) -> Result<()> {
    sqlx::query(INSERT)
        .bind(position)
        .bind(ambient.uuid_v7())
        .bind(ambient.uuid_v7())
        .bind(&event.kind)
        .bind(event.version)
        .bind(&event.event_type)
        .bind(event.schema_version)
        .bind(&event.data)
        .bind(&event.metadata)
        .bind(&event.leaf)
        .execute(connection)
        .await?;
    Ok(())
}
