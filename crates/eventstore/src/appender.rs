//! The task that owns the connection on which this process appends.
//!
//! It drains its queue without lingering and sends what it found as one batch. While a batch is under way the next
//! one gathers, so batches grow with the load and a lone request waits for nobody.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use crate::StoreError;
use crate::batch::{self, Occupied, Outcome};
use crate::error::is_answer;
use crate::prepare::Prepared;

const MAX_REQUESTS: usize = 256;
const MAX_BYTES: usize = 1 << 20;
const QUEUE: usize = 4096;
/// How long an append is repeated on a database that does not answer, in attempts of growing distance.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A call may wait for an erasure or for another process's batch.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

type Answer = oneshot::Sender<(Prepared, Result<Outcome, StoreError>)>;

struct Waiting {
    request: Prepared,
    answer: Answer,
}

impl Waiting {
    fn answer(self, outcome: Result<Outcome, StoreError>) {
        // A caller that went away finds its answer in the receipt.
        drop(self.answer.send((self.request, outcome)));
    }
}

/// Hands requests to the appender task. The task ends when the last handle is gone.
#[derive(Clone)]
pub(crate) struct Appender {
    queue: mpsc::Sender<Waiting>,
    counters: Arc<Counters>,
}

/// What this process has appended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AppendCounts {
    /// Batches: calls of the database that went through.
    pub batches: u64,
    /// Events in them.
    pub events: u64,
}

#[derive(Debug, Default)]
struct Counters {
    batches: AtomicU64,
    events: AtomicU64,
}

impl Counters {
    fn count(&self, outcomes: &[Outcome]) {
        let events = outcomes.iter().map(|outcome| match outcome {
            // A command that changed nothing has no first position.
            Outcome::Written { first_position: 0, .. } => 0,
            Outcome::Written { first_position, last_position, .. } => {
                (last_position - first_position + 1).unsigned_abs()
            }
            Outcome::Conflict { .. }
            | Outcome::Claimed { .. }
            | Outcome::Duplicate
            | Outcome::KeyGone { .. }
            | Outcome::SubjectMoved => 0,
        });
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(events.sum(), Ordering::Relaxed);
    }
}

impl Appender {
    pub(crate) fn start(options: PgConnectOptions) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        let (connection, held) = (None, VecDeque::new());
        let task = Task { options, connection, receiver, held, counters: Arc::clone(&counters) };
        tokio::spawn(task.run());
        Self { queue, counters }
    }

    /// What was appended so far.
    pub(crate) fn counts(&self) -> AppendCounts {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        AppendCounts {
            batches: count(&self.counters.batches),
            events: count(&self.counters.events),
        }
    }

    /// Queues a request.
    pub(crate) async fn send(&self, request: Prepared) -> Result<Sent, StoreError> {
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting { request, answer };
        self.queue.send(waiting).await.map_err(|_| StoreError::Unavailable)?;
        Ok(Sent(outcome))
    }
}

/// A request on its way.
pub(crate) struct Sent(oneshot::Receiver<(Prepared, Result<Outcome, StoreError>)>);

impl Sent {
    /// Waits for the outcome; gives the request back beside it.
    pub(crate) async fn outcome(self) -> Result<(Prepared, Outcome), StoreError> {
        let (request, outcome) = self.0.await.map_err(|_| StoreError::Unavailable)?;
        Ok((request, outcome?))
    }
}

struct Task {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    receiver: mpsc::Receiver<Waiting>,
    /// Requests that had to wait for another one of the batch before.
    held: VecDeque<Waiting>,
    counters: Arc<Counters>,
}

impl Task {
    async fn run(mut self) {
        while let Some(batch) = self.gather().await {
            self.send(batch).await;
        }
    }

    async fn gather(&mut self) -> Option<Vec<Waiting>> {
        let mut occupied = Occupied::default();
        let mut batch: Vec<Waiting> = Vec::new();
        let mut bytes = 0;
        let mut kept = VecDeque::new();
        while let Some(waiting) = self.held.pop_front() {
            if batch.len() < MAX_REQUESTS && bytes < MAX_BYTES && occupied.admit(&waiting.request) {
                bytes += waiting.request.bytes;
                batch.push(waiting);
            } else {
                kept.push_back(waiting);
            }
        }
        self.held = kept;
        if batch.is_empty() {
            let waiting = self.receiver.recv().await?;
            occupied.admit(&waiting.request);
            bytes += waiting.request.bytes;
            batch.push(waiting);
        }
        while batch.len() < MAX_REQUESTS && bytes < MAX_BYTES && self.held.len() < MAX_REQUESTS {
            let Ok(waiting) = self.receiver.try_recv() else { break };
            if occupied.admit(&waiting.request) {
                bytes += waiting.request.bytes;
                batch.push(waiting);
            } else {
                self.held.push_back(waiting);
            }
        }
        Some(batch)
    }

    async fn send(&mut self, batch: Vec<Waiting>) {
        let error = match self.call(&batch).await {
            Ok(outcomes) => {
                for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                    waiting.answer(Ok(outcome));
                }
                return;
            }
            Err(error) => error,
        };
        if batch.len() > 1 && !matches!(error, StoreError::Unavailable) {
            warn!(requests = batch.len(), error = %describe(&error), "a batch was refused, trying its requests one by one");
            return self.send_one_by_one(batch).await;
        }
        let mut error = Some(error);
        for waiting in batch {
            // Only a lone request has an error of its own.
            waiting.answer(Err(error.take().unwrap_or(StoreError::Unavailable)));
        }
    }

    async fn send_one_by_one(&mut self, batch: Vec<Waiting>) {
        let mut available = true;
        for waiting in batch {
            let outcome = if available {
                let outcome = self.call(std::slice::from_ref(&waiting)).await;
                outcome.and_then(|mut all| all.pop().ok_or(StoreError::Unavailable))
            } else {
                Err(StoreError::Unavailable)
            };
            available = !matches!(outcome, Err(StoreError::Unavailable));
            waiting.answer(outcome);
        }
    }

    /// Sends the batch until its outcome is known. The receipts make the repetition harmless.
    async fn call(&mut self, batch: &[Waiting]) -> Result<Vec<Outcome>, StoreError> {
        let requests: Vec<&Prepared> = batch.iter().map(|waiting| &waiting.request).collect();
        let began = Instant::now();
        for attempt in 0.. {
            let error = match self.try_call(&requests).await {
                Ok(outcomes) => {
                    self.counters.count(&outcomes);
                    if attempt > 0 {
                        info!(attempt, "appended after a lost connection");
                    }
                    return Ok(outcomes);
                }
                Err(error) if is_answer(&error) => return Err(StoreError::Database(error)),
                Err(error) => error,
            };
            warn!(attempt, %error, "no connection to append on");
            if let Some(connection) = self.connection.take() {
                drop(connection.close_hard().await);
            }
            if began.elapsed() > PATIENCE {
                break;
            }
            tokio::time::sleep(pause(attempt)).await;
        }
        Err(StoreError::Unavailable)
    }

    async fn try_call(&mut self, requests: &[&Prepared]) -> Result<Vec<Outcome>, sqlx::Error> {
        let connection = match self.connection.as_mut() {
            Some(connection) => connection,
            None => {
                let connection = within(CONNECT_TIMEOUT, connect(&self.options)).await?;
                self.connection.insert(connection)
            }
        };
        within(CALL_TIMEOUT, batch::append(connection, requests)).await
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    // An acknowledged append survives a crash, whatever the database holds as its default. And each statement of the
    // call must see what the one before the lock could not.
    sqlx::raw_sql(
        "select set_config('synchronous_commit', 'on', false) \
             where current_setting('synchronous_commit') = 'off'; \
         set default_transaction_isolation = 'read committed'; \
         set lock_timeout = '15s'",
    )
    .execute(&mut connection)
    .await?;
    Ok(connection)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let timed_out = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(limit, work).await.unwrap_or_else(timed_out)
}

fn describe(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn pause(attempt: u32) -> Duration {
    Duration::from_millis((50 << attempt.min(6)).min(3000))
}
