//! What every projector does: read ahead, fold a batch, move its checkpoints in the same transaction.
//!
//! | module | what it does |
//! |---|---|
//! | `read` | reads, opens and decodes ahead of the writing |
//! | `apply` | one batch, one transaction |
//! | `parking` | streams that cannot be folded wait by themselves |
//! | `layout` | one checkpoint for the log, or one per topic partition |
//! | `retry` | folds what was parked |

mod apply;
mod layout;
mod parking;
mod read;
mod retry;

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use eventstore::kafka::KafkaSource;
use eventstore::{EventSource, EventStore, FeedSource, PgTail, StoredEvent, pool_options};
use futures_util::future::BoxFuture;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::info;
use uuid::Uuid;

pub use retry::{Retried, retry_parked};

use crate::decoded::Decoded;
use crate::error::is_of_the_surroundings as passes;
use crate::progress::Reached;
use crate::schema::{self, Group};
use crate::{ProjectionError, Source};

pub(crate) use apply::Care;
pub(crate) use layout::{Layout, lock as lock_layout};
use read::{Message, read_ahead};

/// The most events folded in one transaction.
pub(crate) const BATCH: usize = 500;

/// As many events in one batch say that more are on their way. Fewer are one person at work, who shall not wait.
const BUSY: usize = 16;

/// How long a projector rests after an error of its surroundings.
const REST: Duration = Duration::from_millis(500);

/// A group of tables that advance together.
pub(crate) trait Fold: Default + Send + 'static {
    const GROUP: Group;

    /// How long events are gathered while very many arrive, and a fifth of that while many do: a transaction for every
    /// few of them would take the machine from those who write.
    const GATHER: Duration;

    /// Whether events of this type are folded; others are not even opened.
    fn wants(event_type: &str) -> bool;

    /// Writes what the events change.
    fn fold<'a>(
        &'a mut self,
        connection: &'a mut PgConnection,
        events: &'a [Decoded],
    ) -> BoxFuture<'a, Result<(), ProjectionError>>;

    /// What was folded is in the transaction, and stays if that is committed.
    fn committed(&mut self);

    /// It is not; nothing remembered holds.
    fn failed(&mut self);
}

/// What catching up took.
#[derive(Debug, Clone, Copy, Default)]
pub struct CaughtUp {
    /// Events folded.
    pub events: i64,
    /// Time until the last of them was committed.
    pub folding: Duration,
    /// Time spent making indexes that were not there.
    pub indexing: Duration,
}

pub(crate) struct Runner<F> {
    store: EventStore,
    pool: PgPool,
    /// Whose checkpoints these are: the group's, or those of a rebuild beside it.
    consumer: &'static str,
    reached: Reached,
    fold: F,
    /// The generation of what is kept, when this began: another one means that it was exchanged.
    generation: i64,
    /// The streams this consumer has parked.
    parked: HashSet<Uuid>,
}

impl<F: Fold> Runner<F> {
    pub(crate) fn new(store: EventStore, reached: Reached) -> Self {
        Self::over(store, reached, schema::LIVE, F::GROUP.consumer(), F::default())
    }

    /// A runner over the tables of a schema.
    pub(crate) fn over(
        store: EventStore,
        reached: Reached,
        tables: &'static str,
        consumer: &'static str,
        fold: F,
    ) -> Self {
        // A commit lost in a crash takes its checkpoint along, so nobody needs to wait for the disk.
        let database = (*store.pool().connect_options()).clone().options([
            ("synchronous_commit", "off"),
            ("jit", "off"),
            ("search_path", tables),
        ]);
        let pool = pool_options().max_connections(1).connect_lazy_with(database);
        Self { store, pool, consumer, reached, fold, generation: 0, parked: HashSet::new() }
    }

    /// Folds up to the present head, out of the log itself; then makes the indexes if they are not there.
    pub(crate) async fn catch_up(&mut self) -> Result<CaughtUp, ProjectionError> {
        self.begin().await?;
        self.use_one_checkpoint().await?;
        self.catch_up_with_log().await
    }

    /// The same from the one checkpoint, which has to be there.
    async fn catch_up_with_log(&mut self) -> Result<CaughtUp, ProjectionError> {
        let begun = Instant::now();
        let head = self.store.head().await?.position;
        let from = self.position().await?;
        let mut reached = from;
        if from < head {
            let tail = PgTail::new(self.store.clone(), from);
            reached = self.fold_from(tail, Layout::Log, Some(head)).await?;
        }
        self.reached.position.send_replace(Some(reached));
        let folding = begun.elapsed();
        let begun = Instant::now();
        if !schema::indexed(&self.pool, F::GROUP).await? {
            schema::create_indexes(&self.pool, F::GROUP).await?;
        }
        Ok(CaughtUp { events: reached - from, folding, indexing: begun.elapsed() })
    }

    /// Folds for ever. Drop the future to stop: what is not committed is rolled back. Errors of the surroundings are
    /// waited out; any other ends it.
    pub(crate) async fn run(mut self, source: &Source) -> Result<Infallible, ProjectionError> {
        loop {
            let Err(error) = self.run_once(source).await;
            self.fold.failed();
            // Who waits looks at the checkpoints meanwhile.
            self.reached.position.send_replace(None);
            let turned = matches!(error, ProjectionError::OtherLayout { .. });
            let again = if turned { self.may_turn_back().await } else { Ok(passes(&error)) };
            // Where the database is away, it will tell later.
            if let Ok(false) = again {
                return Err(error);
            }
            tracing::warn!(%error, consumer = self.consumer, "the projector rests and begins again at its checkpoint");
            tokio::time::sleep(REST).await;
        }
    }

    async fn run_once(&mut self, source: &Source) -> Result<Infallible, ProjectionError> {
        self.begin().await?;
        let found = layout::found(&mut *self.pool.acquire().await?, self.consumer).await?;
        let wanted = source.layout();
        if found != Some(wanted) && self.reached.has_begun(self.generation) {
            return Err(ProjectionError::OtherLayout { consumer: self.consumer });
        }
        if wanted == Layout::Log || found != Some(Layout::Topics) {
            let caught_up = match wanted {
                Layout::Log => self.catch_up().await?,
                Layout::Topics => self.catch_up_with_log().await?,
            };
            if caught_up.events > 0 {
                let seconds = caught_up.folding.as_secs_f64();
                info!(
                    consumer = self.consumer,
                    events = caught_up.events,
                    seconds,
                    "the views have caught up"
                );
            }
        }
        if let Source::Kafka(settings) = source {
            self.split(settings.partitions).await?;
        }
        self.reached.begins(self.generation);
        match source {
            Source::Tail => {
                let tail = PgTail::new(self.store.clone(), 0);
                self.fold_from(tail, wanted, None).await?;
            }
            Source::Feed(settings) => {
                let feed = FeedSource::new(settings)?;
                self.fold_from(feed, wanted, None).await?;
            }
            Source::Kafka(settings) => {
                // With several processes on it, only the database knows how far the views are.
                self.reached.position.send_replace(None);
                let kinds = F::GROUP.kinds().iter().map(ToString::to_string).collect();
                let (store, settings) = (self.store.clone(), settings.clone());
                let kafka = KafkaSource::new(store, settings, self.consumer, kinds);
                self.fold_from(kafka, wanted, None).await?;
            }
        }
        Err(ProjectionError::ReaderGone)
    }

    /// Whether the checkpoints may be turned over by this process: only before it has begun to read from its source.
    /// Otherwise another one has another source since, and two would turn them to and fro for ever.
    async fn may_turn_back(&self) -> Result<bool, sqlx::Error> {
        let generation = self.read_generation().await?;
        let found = layout::found(&mut *self.pool.acquire().await?, self.consumer).await?;
        Ok(found.is_some() && !self.reached.has_begun(generation))
    }

    /// Takes in what the database knows of this consumer. Whoever takes over a partition does so after it has read its
    /// checkpoint: the owner before may have parked something with its last move.
    ///
    /// # Errors
    /// [`ProjectionError::OtherVersion`] when these are not the tables this binary folds into.
    pub(crate) async fn begin(&mut self) -> Result<(), ProjectionError> {
        self.fold.failed();
        // First: who makes other tables raises it.
        self.generation = self.read_generation().await?;
        let mut connection = self.pool.acquire().await?;
        schema::check_version(&mut connection).await?;
        self.parked = parking::parked(&mut connection, self.consumer).await?;
        Ok(())
    }

    async fn use_one_checkpoint(&mut self) -> Result<(), ProjectionError> {
        let found = layout::found(&mut *self.pool.acquire().await?, self.consumer).await?;
        match found {
            Some(Layout::Log) => Ok(()),
            Some(Layout::Topics) => self.join().await,
            // Nobody prepared the views.
            None => Err(ProjectionError::OtherLayout { consumer: self.consumer }),
        }
    }

    /// The one checkpoint.
    pub(crate) async fn position(&self) -> Result<i64, ProjectionError> {
        let checkpoints = [eventstore::Partition::Log];
        let found =
            layout::checkpoints(&self.pool, self.consumer, Layout::Log, &checkpoints).await?;
        Ok(found.first().map_or(0, |(_, checkpoint)| checkpoint.position))
    }

    /// Folds what a source yields, for ever or until a position of the log is reached; returns that.
    async fn fold_from<S: EventSource + 'static>(
        &mut self,
        source: S,
        layout: Layout,
        until: Option<i64>,
    ) -> Result<i64, ProjectionError> {
        let (sender, mut messages) = mpsc::channel(1);
        let mut reader = JoinSet::new();
        let wanted = Arc::clone(&self.reached.wanted);
        reader.spawn(read_ahead::<F, S>(self.store.clone(), source, wanted, sender));
        while let Some(message) = messages.recv().await {
            let batch = match message {
                Message::Failed(error) => return Err(error),
                Message::Assigned(partitions, reply) => {
                    let found =
                        layout::checkpoints(&self.pool, self.consumer, layout, &partitions).await?;
                    // Others may have had them meanwhile.
                    self.begin().await?;
                    drop(reply.send(found));
                    if layout == Layout::Topics {
                        let partitions = partitions.len();
                        info!(
                            consumer = self.consumer,
                            partitions, "the projector has its share of the partitions"
                        );
                    }
                    continue;
                }
                Message::Batch(batch) => batch,
            };
            self.apply(&batch).await?;
            if layout == Layout::Log {
                let last = batch.spans.last().map_or(0, |span| span.through);
                self.reached.position.send_replace(Some(last));
                if until.is_some_and(|until| last >= until) {
                    return Ok(last);
                }
            }
        }
        Err(ProjectionError::ReaderGone)
    }

    // What a rebuild beside the live views needs.

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Folds the log from one position to another.
    pub(crate) async fn fold_up_to(&mut self, from: i64, to: i64) -> Result<(), ProjectionError> {
        let tail = PgTail::new(self.store.clone(), from).up_to(to);
        self.fold_from(tail, Layout::Log, Some(to)).await.map(drop)
    }

    /// The one checkpoint, as a transaction of this runner sees it.
    pub(crate) async fn position_within(
        &self,
        connection: &mut PgConnection,
    ) -> Result<i64, sqlx::Error> {
        let row = sqlx::query("select position from work.checkpoints where consumer = $1")
            .bind(self.consumer)
            .fetch_one(connection)
            .await?;
        Ok(row.get(0))
    }

    /// Whether a consumer at these checkpoints has folded an event.
    pub(crate) fn is_folded(
        &self,
        event: &StoredEvent,
        checkpoints: &HashMap<String, i64>,
    ) -> bool {
        layout::is_folded(event, checkpoints)
    }

    /// Folds events within a transaction of the caller's, without moving the checkpoint.
    pub(crate) async fn fold_within(
        &mut self,
        connection: &mut PgConnection,
        events: Vec<StoredEvent>,
        care: Care,
    ) -> Result<(), ProjectionError> {
        let (events, poison) = read::open_wanted::<F>(&self.store, events).await?;
        let batch = read::Batch { spans: Vec::new(), events, poison };
        self.fold_batch(connection, &batch, care).await.map(drop)
    }
}
