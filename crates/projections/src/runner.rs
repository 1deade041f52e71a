//! What every projector does: read ahead, fold a batch, move its checkpoint in the same transaction.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use domain::DomainEvent;
use domain::ticket::TicketEvent;
use eventstore::{EventSource, EventStore, PgTail, Reading, SourcedBatch, StoreError};
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use crate::ProjectionError;
use crate::decoded::{Decoded, check_known, decode};
use crate::progress::{Reached, checkpoint};
use crate::schema::{self, Group};

/// The most events folded in one transaction.
const BATCH: usize = 500;

/// As many events in one batch say that more are on their way. Fewer are one person at work, who shall not wait.
const BUSY: usize = 16;

/// How long a projector rests after an error of its surroundings.
const REST: Duration = Duration::from_millis(500);

/// A group of tables that advance together.
pub(crate) trait Fold: Default + Send + 'static {
    const GROUP: Group;

    /// How long events are gathered while many arrive: a transaction for every few of them would take the machine
    /// from those who write.
    const GATHER: Duration;

    /// Whether events of this type are folded; others are not even opened.
    fn wants(event_type: &str) -> bool;

    /// Writes what the events change.
    fn fold<'a>(
        &'a mut self,
        connection: &'a mut PgConnection,
        events: &'a [Decoded],
    ) -> BoxFuture<'a, Result<(), ProjectionError>>;

    /// The batch is committed.
    fn committed(&mut self);

    /// The batch is not committed; nothing remembered of it holds.
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
    reached: Reached,
    fold: F,
}

/// Events read ahead and decoded.
struct Batch {
    partition: String,
    /// The position before the first event.
    after: i64,
    last: i64,
    events: Vec<Decoded>,
}

impl<F: Fold> Runner<F> {
    pub(crate) fn new(store: EventStore, reached: Reached) -> Self {
        // A commit lost in a crash takes its checkpoint along, so nobody needs to wait for the disk.
        let database = (*store.pool().connect_options())
            .clone()
            .options([("synchronous_commit", "off"), ("jit", "off")]);
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(database);
        Self { store, pool, reached, fold: F::default() }
    }

    /// Folds up to the present head; then makes the indexes if they are not there.
    pub(crate) async fn catch_up(&mut self) -> Result<CaughtUp, ProjectionError> {
        let begun = Instant::now();
        let head = self.store.head().await?.position;
        let from = checkpoint(&self.pool, F::GROUP.consumer()).await?;
        if from < head {
            self.fold_until(from, Some(head)).await?;
        }
        let reached = from.max(head);
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
    pub(crate) async fn run(mut self) -> Result<Infallible, ProjectionError> {
        let consumer = F::GROUP.consumer();
        loop {
            let Err(error) = self.run_once().await;
            self.fold.failed();
            if !passes(&error) {
                return Err(error);
            }
            warn!(%error, consumer, "the projector rests and begins again at its checkpoint");
            sleep(REST).await;
        }
    }

    async fn run_once(&mut self) -> Result<Infallible, ProjectionError> {
        let caught_up = self.catch_up().await?;
        if caught_up.events > 0 {
            let seconds = caught_up.folding.as_secs_f64();
            let consumer = F::GROUP.consumer();
            info!(consumer, events = caught_up.events, seconds, "the views have caught up");
        }
        let from = (*self.reached.position.borrow()).unwrap_or(0);
        self.fold_until(from, None).await?;
        Err(ProjectionError::ReaderGone)
    }

    /// Folds from a position, for ever or until another is reached.
    async fn fold_until(&mut self, from: i64, until: Option<i64>) -> Result<(), ProjectionError> {
        let (sender, mut batches) = mpsc::channel(1);
        let mut reader = JoinSet::new();
        let source = PgTail::new(self.store.clone(), from);
        let wanted = Arc::clone(&self.reached.wanted);
        reader.spawn(read_ahead::<F, _>(self.store.clone(), source, from, wanted, sender));
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            let last = batch.last;
            self.apply(&batch).await?;
            self.reached.position.send_replace(Some(last));
            if until.is_some_and(|until| last >= until) {
                return Ok(());
            }
        }
        Err(ProjectionError::ReaderGone)
    }

    async fn apply(&mut self, batch: &Batch) -> Result<(), ProjectionError> {
        let applied = self.try_apply(batch).await;
        match applied {
            Ok(()) => self.fold.committed(),
            Err(_) => self.fold.failed(),
        }
        applied
    }

    async fn try_apply(&mut self, batch: &Batch) -> Result<(), ProjectionError> {
        let mut transaction = self.pool.begin().await?;
        // First, for the lock on it: a second owner waits here and then finds it moved.
        let moved = sqlx::query(
            "update work.checkpoints set position = $1, updated_at = now() \
             where consumer = $2 and partition = $3 and position = $4",
        )
        .bind(batch.last)
        .bind(F::GROUP.consumer())
        .bind(&batch.partition)
        .bind(batch.after)
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() == 0 {
            let (consumer, expected) = (F::GROUP.consumer(), batch.after);
            return Err(ProjectionError::OtherOwner { consumer, expected });
        }
        if !batch.events.is_empty() {
            self.fold.fold(&mut transaction, &batch.events).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Reads, opens and decodes the next batches while the present one is written.
async fn read_ahead<F: Fold, S: EventSource>(
    store: EventStore,
    mut source: S,
    mut after: i64,
    wanted: Arc<Notify>,
    batches: mpsc::Sender<Result<Batch, ProjectionError>>,
) {
    loop {
        let batch = match source.next(BATCH).await {
            Ok(Reading::Assigned(_)) => continue,
            Ok(Reading::Batch(read)) => open_batch::<F>(&store, read, after).await,
            Err(error) => Err(error.into()),
        };
        let failed = batch.is_err();
        let mut read = 0;
        if let Ok(batch) = &batch {
            read = usize::try_from(batch.last - after).unwrap_or(usize::MAX);
            after = batch.last;
        }
        if batches.send(batch).await.is_err() || failed {
            return;
        }
        if (BUSY..BATCH).contains(&read) {
            // Whoever waits for the views ends it.
            drop(timeout(F::GATHER, wanted.notified()).await);
        }
    }
}

async fn open_batch<F: Fold>(
    store: &EventStore,
    read: SourcedBatch,
    after: i64,
) -> Result<Batch, ProjectionError> {
    let stretch = read.stretches.into_iter().next().ok_or(ProjectionError::ReaderGone)?;
    let last = stretch.through;
    let mut wanted = stretch.events;
    for event in &wanted {
        if event.kind == TicketEvent::KIND {
            check_known::<TicketEvent>(event)?;
        }
    }
    wanted.retain(|event| F::wants(&event.event_type));
    let events = decode(store.open_events(wanted).await?)?;
    Ok(Batch { partition: stretch.partition.to_string(), after, last, events })
}

/// Whether an error is of the surroundings, and so may pass.
fn passes(error: &ProjectionError) -> bool {
    match error {
        ProjectionError::Log(error) => match error {
            StoreError::Unavailable | StoreError::Database(_) => true,
            StoreError::EventTooLarge { .. }
            | StoreError::Unreadable { .. }
            | StoreError::Sealing
            | StoreError::Migration(_) => false,
        },
        ProjectionError::Database(error) => database_passes(error),
        ProjectionError::ReaderGone => true,
        ProjectionError::Newer { .. }
        | ProjectionError::NewerKind { .. }
        | ProjectionError::Data { .. }
        | ProjectionError::OutOfOrder { .. }
        | ProjectionError::Row { .. }
        | ProjectionError::OtherOwner { .. } => false,
    }
}

/// Deadlocks, lost connections and a server that starts or ends pass; a statement that is wrong stays wrong.
fn database_passes(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return true };
    let class = error.code().map(|code| code.chars().take(2).collect::<String>());
    // 08 connection, 40 rollback, 53 resources, 55 not in the state for it, 57 intervention, 58 system
    class.is_some_and(|class| ["08", "40", "53", "55", "57", "58"].contains(&class.as_str()))
}
