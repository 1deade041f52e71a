//! The log's events turn into jobs.
//!
//! One process at a time reads the log, by a lease; the jobs are done by all. Of an event only its type and stream are
//! read, and where nothing wants an event, nothing is written: the checkpoint then moves once a second at most. What
//! is wanted is put into its queue in the transaction that moves the checkpoint, and the checkpoint moves only from
//! where this reader believes it to be. So whoever is killed, or reads beside another, loses nothing and asks for
//! nothing twice.
//!
//! | module | what it knows |
//! |---|---|
//! | `asked` | what an event asks for |
//! | [`Reactions`] | the consumer |

mod asked;

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use commands::jobs::NewJob;
use commands::{CommandError, Commands};
use domain::TicketId;
use eventstore::{EventHeader, Leases, LogNews, StoreError};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::work::{Cause, Work};
use asked::{Unless, asked};

/// The consumer, its checkpoint and its lease.
pub const CONSUMER: &str = "reactions";

/// Events read at a time.
const BATCH: i64 = 2000;
/// After a look at the log the next ones may gather, so that a busy desk is looked at twenty times a second.
const GATHER: Duration = Duration::from_millis(50);
/// How often the checkpoint is moved over what nobody wants.
const LAZY: Duration = Duration::from_secs(1);
/// How long the process that reads may be silent before another one takes over.
const LEASE: Duration = Duration::from_secs(5);
/// How often others look whether it is silent.
const ASIDE: Duration = Duration::from_secs(1);
/// How long to wait after an error.
const REST: Duration = Duration::from_secs(2);

/// What came of reading all there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    /// Events read.
    pub events: usize,
    /// Jobs that were not there before.
    pub jobs: u64,
}

/// Reads the log and asks for what its events want.
#[derive(Debug, Clone)]
pub struct Reactions {
    commands: Commands,
}

/// Where a reader is.
#[derive(Debug)]
struct Cursor {
    /// Everything up to here is done.
    position: i64,
    /// So far the checkpoint says.
    kept: i64,
    kept_at: Instant,
}

/// What came of one look at the log.
enum Step {
    /// There was nothing new.
    Idle,
    /// Events were read, and so many jobs put into their queues.
    Read { events: usize, jobs: u64 },
    /// Somebody else moved the checkpoint.
    Elsewhere,
}

impl Reactions {
    /// A consumer of this log.
    pub fn new(commands: Commands) -> Self {
        Self { commands }
    }

    /// Reads until told to stop, whenever no other process does. `process` is this one, as it is registered.
    pub async fn run(&self, process: Uuid, stop: CancellationToken) {
        let leases = Leases::new(self.pool().clone(), process);
        while !stop.is_cancelled() {
            match leases.acquire(CONSUMER, LEASE).await {
                Ok(Some(held)) => {
                    let kept = leases.keep(held);
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = kept.lost().cancelled() => {
                            tracing::warn!("another process reacts to events now");
                        }
                        () = self.follow() => {}
                    }
                    if let Err(error) = kept.release().await {
                        tracing::debug!(%error, "the lease of reactions runs out by itself");
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "no lease to react to events"),
            }
            drop(tokio::time::timeout(ASIDE, stop.cancelled()).await);
        }
    }

    /// Reads for ever.
    async fn follow(&self) {
        let mut news = LogNews::new(self.commands.store().clone());
        let mut cursor = None;
        let mut well = true;
        loop {
            match self.step(&mut cursor).await {
                Ok(step) => {
                    well = true;
                    match step {
                        Step::Read { events, .. } if events as i64 >= BATCH => {}
                        Step::Read { .. } => tokio::time::sleep(GATHER).await,
                        Step::Elsewhere => cursor = None,
                        Step::Idle => {
                            let position = cursor.as_ref().map_or(0, |at: &Cursor| at.position);
                            news.wait(position).await;
                        }
                    }
                }
                Err(error) => {
                    // The checkpoint may have moved, whatever the error says.
                    cursor = None;
                    if std::mem::replace(&mut well, false) {
                        tracing::warn!(%error, "cannot react to events; trying again");
                    }
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Reads all there is, and moves the checkpoint to the end. For tests.
    ///
    /// # Errors
    /// The store's.
    pub async fn drain(&self) -> Result<Drained, CommandError> {
        let mut cursor = None;
        let mut drained = Drained::default();
        loop {
            match self.step(&mut cursor).await? {
                Step::Read { events, jobs } => {
                    drained.events += events;
                    drained.jobs += jobs;
                }
                Step::Elsewhere => cursor = None,
                Step::Idle => {
                    let Some(at) = cursor.as_mut() else { return Ok(drained) };
                    if self.keep(at).await? {
                        return Ok(drained);
                    }
                    cursor = None;
                }
            }
        }
    }

    async fn step(&self, cursor: &mut Option<Cursor>) -> Result<Step, CommandError> {
        let at = match cursor {
            Some(at) => at,
            None => cursor.insert(self.begin().await?),
        };
        let events = self.commands.store().read_headers(at.position, BATCH).await?;
        let Some(last) = events.last() else {
            let in_time = at.kept_at.elapsed() < LAZY || self.keep(at).await?;
            return Ok(if in_time { Step::Idle } else { Step::Elsewhere });
        };
        let through = last.position;
        let jobs = self.wanted(&events).await?;
        if jobs.is_empty() {
            at.position = through;
            let in_time = at.kept_at.elapsed() < LAZY || self.keep(at).await?;
            let read = Step::Read { events: events.len(), jobs: 0 };
            return Ok(if in_time { read } else { Step::Elsewhere });
        }
        let mut transaction = self.pool().begin().await?;
        if !move_checkpoint(&mut transaction, at.kept, through).await? {
            transaction.rollback().await?;
            return Ok(Step::Elsewhere);
        }
        let jobs = self.commands.enqueue_jobs(&mut transaction, &jobs).await?;
        transaction.commit().await?;
        *at = Cursor::at(through);
        Ok(Step::Read { events: events.len(), jobs })
    }

    /// Where the checkpoint is; makes it where there is none.
    async fn begin(&self) -> Result<Cursor, CommandError> {
        sqlx::query(
            "insert into work.checkpoints (consumer, partition, position) values ($1, 'log', 0) \
             on conflict do nothing",
        )
        .bind(CONSUMER)
        .execute(self.pool())
        .await?;
        let position = sqlx::query_scalar(
            "select position from work.checkpoints where consumer = $1 and partition = 'log'",
        )
        .bind(CONSUMER)
        .fetch_one(self.pool())
        .await?;
        Ok(Cursor::at(position))
    }

    /// Moves the checkpoint to where the cursor is; false when it is not where it was left.
    async fn keep(&self, at: &mut Cursor) -> Result<bool, CommandError> {
        if at.position > at.kept {
            let mut connection = self.pool().acquire().await?;
            if !move_checkpoint(&mut connection, at.kept, at.position).await? {
                return Ok(false);
            }
        }
        *at = Cursor::at(at.position);
        Ok(true)
    }

    /// The jobs that these events ask for, one for all that ask for the same. Whether there are workflows and policies
    /// is asked after the events were read: one that was there before an event is seen.
    async fn wanted(&self, events: &[EventHeader]) -> Result<Vec<NewJob>, CommandError> {
        let mut all: BTreeMap<Work, (Unless, Cause)> = BTreeMap::new();
        for event in events {
            let cause = Cause::Event { id: event.event_id, position: event.position };
            all.extend(asked(event).into_iter().map(|(work, unless)| (work, (unless, cause))));
        }
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let depend = |on| all.values().any(|(unless, _)| *unless == on);
        let mut connection = self.pool().acquire().await?;
        let workflows =
            depend(Unless::NoWorkflows) && self.commands.has_workflows(&mut connection).await?;
        let policies =
            depend(Unless::NoClocks) && self.commands.has_sla_policies(&mut connection).await?;
        let mut clocks = HashSet::new();
        if depend(Unless::NoClocks) && !policies {
            let tickets: Vec<TicketId> = all.keys().filter_map(|work| work.clocks_of()).collect();
            clocks = self.commands.tickets_with_clocks(&mut connection, &tickets).await?;
        }
        drop(connection);
        let wanted = all.into_iter().filter(|(work, (unless, _))| match unless {
            Unless::Never => true,
            Unless::NoWorkflows => workflows,
            Unless::NoClocks => policies || work.clocks_of().is_some_and(|t| clocks.contains(&t)),
        });
        Ok(wanted.map(|(work, (_, cause))| work.job(cause)).collect())
    }

    fn pool(&self) -> &PgPool {
        self.commands.store().pool()
    }
}

impl Cursor {
    fn at(position: i64) -> Self {
        Self { position, kept: position, kept_at: Instant::now() }
    }
}

/// Moves the checkpoint; false when it is not where it is moved from.
async fn move_checkpoint(
    connection: &mut sqlx::PgConnection,
    from: i64,
    to: i64,
) -> Result<bool, StoreError> {
    let moved = sqlx::query(
        "update work.checkpoints set position = $3, updated_at = now() \
         where consumer = $1 and partition = 'log' and position = $2",
    )
    .bind(CONSUMER)
    .bind(from)
    .bind(to)
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}
