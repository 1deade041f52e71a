//! The front of the read side: every query there is.

mod definitions;
mod people;
mod tasks;
mod tickets;

use std::time::Duration;

use eventstore::{EventStore, pool_options};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::reached::reached;
use crate::schema::Group;
use crate::{ConsumerLag, FanOut, Freshness, Lag, ParkedStream, Progress, QueryError, lag};

/// What the queries are made of.
#[derive(Clone)]
pub struct QueryOptions {
    /// Where the database is. The queries open a pool of their own, with settings of their own.
    pub database: PgConnectOptions,
    /// At most so many connections.
    pub max_connections: u32,
    /// A query that takes longer is given up.
    pub statement_timeout: Duration,
    /// The log, which histories are read from.
    pub store: EventStore,
    /// What the projectors of this process report to; a fresh one when there are none.
    pub progress: Progress,
}

/// All queries. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queries {
    pool: PgPool,
    store: EventStore,
    progress: Progress,
}

impl Queries {
    /// Makes the pool; connects when first asked.
    pub fn new(options: QueryOptions) -> Self {
        let timeout = options.statement_timeout.as_millis().to_string();
        let database = options.database.options([
            // A list must not fall back to reading the whole table because an estimate is off.
            ("enable_seqscan", "off"),
            // A plan made for any parameters would be wrong for most of them.
            ("plan_cache_mode", "force_custom_plan"),
            // Planning and compiling must not cost more than these short queries do.
            ("jit", "off"),
            ("max_parallel_workers_per_gather", "0"),
            ("work_mem", "32MB"),
            ("statement_timeout", timeout.as_str()),
        ]);
        let pool =
            pool_options().max_connections(options.max_connections).connect_lazy_with(database);
        Self { pool, store: options.store, progress: options.progress }
    }

    /// What queries in other files read from.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Waits until the views have reached a position: the `Docket-Min-Position` of a request.
    ///
    /// # Errors
    /// [`QueryError::Behind`] when they have not after `timeout`.
    pub async fn wait_for(
        &self,
        position: i64,
        freshness: Freshness,
        timeout: Duration,
    ) -> Result<(), QueryError> {
        self.progress.wait(&self.pool, freshness, position, timeout).await
    }

    /// The position up to which the views show everything.
    pub async fn position(&self, freshness: Freshness) -> Result<i64, QueryError> {
        let views = reached(&self.pool, Group::Views).await?;
        Ok(match freshness {
            Freshness::Views => views,
            Freshness::ViewsAndSearch => views.min(reached(&self.pool, Group::Search).await?),
        })
    }

    /// How far the views are behind the log.
    pub async fn lag(&self) -> Result<Lag, QueryError> {
        let views = reached(&self.pool, Group::Views).await?;
        let search = reached(&self.pool, Group::Search).await?;
        Ok(Lag { head: self.store.head().await?.position, views, search })
    }

    /// How far everybody is who reads the log.
    pub async fn consumers(&self) -> Result<Vec<ConsumerLag>, QueryError> {
        lag::consumers(&self.pool).await
    }

    /// The same, and how far the log is on Kafka.
    pub async fn fan_out(&self) -> Result<FanOut, QueryError> {
        lag::fan_out(&self.pool).await
    }

    /// The streams that could not be folded and wait for a person, the oldest first, up to `limit`.
    pub async fn parked_streams(&self, limit: i64) -> Result<Vec<ParkedStream>, QueryError> {
        lag::parked(&self.pool, limit).await
    }
}
