//! Building views anew beside the live ones, and exchanging them while everybody reads and writes.

use std::collections::HashMap;
use std::time::Duration;

use eventstore::{EventFilter, EventStore};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use thiserror::Error;
use tokio::time::sleep;

use crate::ProjectionError;
use crate::error::{is_in_the_data, is_of_the_surroundings};
use crate::progress::Reached;
use crate::reached::reached;
use crate::runner::{Care, Fold, Runner, lock_layout};
use crate::schema::{self, Group, LIVE, View};
use crate::search::Search;
use crate::views::Views;

/// The schema that views are built in beside the live ones.
const BESIDE: &str = "views_next";

/// Held by whoever rebuilds.
const LOCK: i64 = 7_236_837_467;

/// Events that may be left for the exchange itself, while the projectors wait.
const LEFT: usize = 1_000;

/// How long the exchange waits for readers at a time; those who come then wait for it.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '300ms'";

/// A pause between attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// What a rebuild is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Folding the log.
    Folding {
        /// Position reached.
        position: i64,
        /// Position to reach.
        target: i64,
    },
    /// Making indexes.
    Indexing,
    /// Taking the place of the live tables; waits until those who read are done.
    Exchanging {
        /// Attempts so far.
        attempts: usize,
    },
}

/// Why views were not rebuilt. The live ones are as they were.
#[derive(Debug, Error)]
pub enum BesideError {
    /// Somebody else does.
    #[error("a rebuild is running already")]
    Running,
    /// The live ones are not built yet.
    #[error("the views are being built for the first time; wait until that is done")]
    NotBuilt,
    /// Some streams are parked in the live views and not in these, or the other way round.
    #[error(
        "the views built anew have other parked streams than the live ones; \
         run `docket views retry` first, or rebuild all views of the group together"
    )]
    Parked,
    /// The live ones were dropped meanwhile, by another version of Docket or by hand.
    #[error("the views were dropped meanwhile, and are built anew by that")]
    Dropped,
    /// They could not be folded.
    #[error("the views cannot be built")]
    Projection(#[from] ProjectionError),
}

impl From<sqlx::Error> for BesideError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

impl From<eventstore::StoreError> for BesideError {
    fn from(error: eventstore::StoreError) -> Self {
        Self::Projection(error.into())
    }
}

/// Builds these views from position 0 beside the live ones, and puts them in their place. Queries and projectors go on
/// meanwhile; the views are exchanged at equal positions, in one transaction, so that no reader sees them half built,
/// missing or older than before.
///
/// # Errors
/// See [`BesideError`].
pub async fn rebuild_beside(
    store: &EventStore,
    views: &[View],
    mut tell: impl FnMut(&Step),
) -> Result<(), BesideError> {
    // A connection of its own: the lock goes with it, however this ends.
    let mut guard = store.pool().acquire().await?.detach();
    let free: bool = sqlx::query("select pg_try_advisory_lock($1)")
        .bind(LOCK)
        .fetch_one(&mut guard)
        .await?
        .get(0);
    if !free {
        return Err(BesideError::Running);
    }
    let rebuilt = rebuild_groups(store, views, &mut tell).await;
    sqlx::query("select pg_advisory_unlock($1)").bind(LOCK).execute(&mut guard).await?;
    guard.close().await?;
    rebuilt
}

async fn rebuild_groups(
    store: &EventStore,
    views: &[View],
    tell: &mut impl FnMut(&Step),
) -> Result<(), BesideError> {
    for group in [Group::Views, Group::Search] {
        let mut wanted: Vec<View> =
            views.iter().copied().filter(|view| view.group() == group).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            continue;
        }
        let whole = wanted == group.views();
        let rebuild = Rebuild { store, group, views: wanted.clone(), whole };
        match group {
            Group::Views => rebuild.run(Views::of(wanted), tell).await?,
            Group::Search => rebuild.run(Search::default(), tell).await?,
        }
    }
    Ok(())
}

struct Rebuild<'a> {
    store: &'a EventStore,
    group: Group,
    views: Vec<View>,
    /// Whether these are all views of the group.
    whole: bool,
}

impl Rebuild<'_> {
    /// The consumer that builds beside.
    fn consumer(&self) -> &'static str {
        match self.group {
            Group::Views => "views@next",
            Group::Search => "search@next",
        }
    }

    /// Leaves nothing behind, unless it is broken off: then the next one removes it.
    async fn run<F: Fold>(&self, fold: F, tell: &mut impl FnMut(&Step)) -> Result<(), BesideError> {
        let built = self.build(fold, tell).await;
        let cleared = self.clear().await;
        built?;
        Ok(cleared?)
    }

    async fn build<F: Fold>(
        &self,
        fold: F,
        tell: &mut impl FnMut(&Step),
    ) -> Result<(), BesideError> {
        schema::check_version(&mut *self.store.pool().acquire().await?).await?;
        if !schema::indexed(self.store.pool(), self.group).await? {
            return Err(BesideError::NotBuilt);
        }
        let generation = self.prepare().await?;
        let store = self.store.clone();
        let mut runner = Runner::over(store, Reached::default(), BESIDE, self.consumer(), fold);
        runner.begin().await?;
        self.fold(&mut runner, tell).await?;
        tell(&Step::Indexing);
        let mut transaction = runner.pool().begin().await?;
        schema::index_tables(&mut transaction, &self.views).await?;
        transaction.commit().await?;
        let mut care = Care::AllAtOnce;
        for attempts in 0.. {
            self.fold(&mut runner, tell).await?;
            tell(&Step::Exchanging { attempts });
            match self.exchange(&mut runner, generation, care).await {
                Ok(true) => break,
                // Too much has happened meanwhile, or in one partition more than in another.
                Ok(false) => {}
                // A reader was in the way.
                Err(BesideError::Projection(error)) if is_of_the_surroundings(&error) => {}
                Err(BesideError::Projection(error))
                    if is_in_the_data(&error) && care == Care::AllAtOnce =>
                {
                    care = Care::OneByOne;
                }
                Err(error) => return Err(error),
            }
            runner.begin().await?;
            sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn clear(&self) -> Result<(), sqlx::Error> {
        let mut transaction = self.store.pool().begin().await?;
        self.clear_within(&mut transaction).await?;
        transaction.commit().await
    }

    async fn clear_within(&self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        let drop = format!("drop schema if exists {BESIDE} cascade");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *transaction).await?;
        for sql in [
            "delete from work.checkpoints where consumer = $1",
            "delete from work.parked_streams where consumer = $1",
        ] {
            sqlx::query(sql).bind(self.consumer()).execute(&mut *transaction).await?;
        }
        Ok(())
    }

    /// Empty tables, and a checkpoint at the beginning; returns the generation of the live ones.
    async fn prepare(&self) -> Result<i64, sqlx::Error> {
        let mut transaction = self.store.pool().begin().await?;
        let generation = sqlx::query(
            "select coalesce(max(generation), 0) from work.checkpoints where consumer = $1",
        )
        .bind(self.group.consumer())
        .fetch_one(&mut *transaction)
        .await?
        .get(0);
        self.clear_within(&mut transaction).await?;
        let fresh = format!("create schema {BESIDE}");
        sqlx::raw_sql(AssertSqlSafe(fresh)).execute(&mut *transaction).await?;
        schema::create_tables(&mut transaction, BESIDE, &self.views).await?;
        sqlx::query(
            "insert into work.checkpoints (consumer, partition, position) values ($1, 'log', 0)",
        )
        .bind(self.consumer())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(generation)
    }

    /// Folds up to where the live views are, and never beyond.
    async fn fold<F: Fold>(
        &self,
        runner: &mut Runner<F>,
        tell: &mut impl FnMut(&Step),
    ) -> Result<(), BesideError> {
        loop {
            let target = reached(self.store.pool(), self.group).await?;
            let position = runner.position().await?;
            tell(&Step::Folding { position, target });
            if position >= target {
                return Ok(());
            }
            let step = target.min(position + 20_000);
            runner.fold_up_to(position, step).await?;
        }
    }

    /// Puts the tables in the place of the live ones; false when too much is left to fold.
    async fn exchange<F: Fold>(
        &self,
        runner: &mut Runner<F>,
        generation: i64,
        care: Care,
    ) -> Result<bool, BesideError> {
        let pool = runner.pool().clone();
        let mut transaction = pool.begin().await?;
        sqlx::query(LOCK_TIMEOUT).execute(&mut *transaction).await?;
        // From here on no projector moves, comes or goes ...
        lock_layout(&mut transaction, self.group.consumer()).await?;
        let rows = sqlx::query(
            "select partition, position, generation from work.checkpoints where consumer = $1 \
             order by partition for update",
        )
        .bind(self.group.consumer())
        .fetch_all(&mut *transaction)
        .await?;
        if rows.iter().any(|row| row.get::<i64, _>(2) != generation) {
            return Err(BesideError::Dropped);
        }
        // ... and nobody folds what was parked, into tables that are about to go.
        sqlx::query(
            "select from work.parked_streams where consumer = $1 order by stream_id for update",
        )
        .bind(self.group.consumer())
        .execute(&mut *transaction)
        .await?;
        let live: HashMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let from = runner.position_within(&mut transaction).await?;
        let last = live.values().copied().max().unwrap_or(0);
        if usize::try_from(last - from).is_ok_and(|left| left > LEFT) {
            return Ok(false);
        }
        let limit = (last - from).max(0);
        let mut missing = self.store.read_after(from, limit, &EventFilter::default()).await?;
        missing.retain(|event| runner.is_folded(event, &live));
        runner.fold_within(&mut transaction, missing, care).await?;
        self.exchange_parked(&mut transaction).await?;
        self.exchange_tables(&mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn exchange_parked(&self, transaction: &mut PgConnection) -> Result<(), BesideError> {
        let (live, beside) = (self.group.consumer(), self.consumer());
        if self.whole {
            for sql in [
                "delete from work.parked_streams where consumer = $1 and $1 <> $2",
                "insert into work.parked_streams (consumer, stream_id, kind, first_position, error, parked_at) \
                 select $1, stream_id, kind, first_position, error, parked_at from work.parked_streams where consumer = $2",
                "insert into work.parked_events (consumer, stream_id, version, position) \
                 select $1, stream_id, version, position from work.parked_events where consumer = $2",
                "delete from work.parked_streams where consumer = $2 and $1 <> $2",
            ] {
                sqlx::query(sql).bind(live).bind(beside).execute(&mut *transaction).await?;
            }
            return Ok(());
        }
        let differ: bool = sqlx::query(
            "select exists ((select stream_id, first_position from work.parked_streams where consumer = $1 \
                             except select stream_id, first_position from work.parked_streams where consumer = $2) \
                            union all \
                            (select stream_id, first_position from work.parked_streams where consumer = $2 \
                             except select stream_id, first_position from work.parked_streams where consumer = $1))",
        )
        .bind(live)
        .bind(beside)
        .fetch_one(&mut *transaction)
        .await?
        .get(0);
        if differ {
            return Err(BesideError::Parked);
        }
        sqlx::query("delete from work.parked_streams where consumer = $1")
            .bind(beside)
            .execute(transaction)
            .await?;
        Ok(())
    }

    async fn exchange_tables(&self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        let tables: Vec<&str> = self.views.iter().flat_map(|view| view.tables()).copied().collect();
        let live: Vec<String> = tables.iter().map(|table| format!("{LIVE}.{table}")).collect();
        let lock = format!("lock table {} in access exclusive mode", live.join(", "));
        sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *transaction).await?;
        for table in tables {
            let exchange = format!(
                "drop table {LIVE}.{table}; alter table {BESIDE}.{table} set schema {LIVE}"
            );
            sqlx::raw_sql(AssertSqlSafe(exchange)).execute(&mut *transaction).await?;
        }
        // What projectors remember of the old tables does not hold any more.
        sqlx::query("update work.checkpoints set generation = generation + 1 where consumer = $1")
            .bind(self.group.consumer())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from work.checkpoints where consumer = $1")
            .bind(self.consumer())
            .execute(transaction)
            .await
            .map(drop)
    }
}
