//! The task that owns the connection on which this process appends.
//!
//! It drains its queue without lingering and sends what it found as one batch. While a batch is under way the next
//! one gathers, so batches grow with the load and a lone request waits for nobody.

use std::collections::VecDeque;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use crate::StoreError;
use crate::batch::{self, Occupied, Outcome};
use crate::prepare::Prepared;

const MAX_REQUESTS: usize = 256;
const MAX_BYTES: usize = 1 << 20;
const QUEUE: usize = 4096;
/// How long an append is repeated on a database that does not answer, in attempts of growing distance (some 20 s).
const ATTEMPTS: u32 = 12;

type Answer = oneshot::Sender<(Prepared, Result<Outcome, StoreError>)>;

struct Waiting {
    request: Prepared,
    answer: Answer,
}

/// Hands requests to the appender task. The task ends when the last handle is gone.
#[derive(Clone)]
pub(crate) struct Appender {
    queue: mpsc::Sender<Waiting>,
}

impl Appender {
    pub(crate) fn start(options: PgConnectOptions) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(Task { options, connection: None, receiver, held: VecDeque::new() }.run());
        Self { queue }
    }

    /// Appends; gives the request back beside its outcome.
    pub(crate) async fn append(
        &self,
        request: Prepared,
    ) -> Result<(Prepared, Outcome), StoreError> {
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting { request, answer };
        self.queue.send(waiting).await.map_err(|_| StoreError::Unavailable)?;
        let (request, outcome) = outcome.await.map_err(|_| StoreError::Unavailable)?;
        Ok((request, outcome?))
    }
}

struct Task {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    receiver: mpsc::Receiver<Waiting>,
    /// Requests that had to wait for another one of the batch before.
    held: VecDeque<Waiting>,
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
            if batch.len() < MAX_REQUESTS && occupied.admit(&waiting.request) {
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
        match self.call(&batch).await {
            Ok(outcomes) => {
                for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                    // A caller that went away has its answer in the receipt.
                    drop(waiting.answer.send((waiting.request, Ok(outcome))));
                }
            }
            Err(StoreError::Unavailable) => {
                for waiting in batch {
                    drop(waiting.answer.send((waiting.request, Err(StoreError::Unavailable))));
                }
            }
            Err(error) if batch.len() == 1 => {
                let mut error = Some(error);
                for waiting in batch {
                    let error = error.take().unwrap_or(StoreError::Unavailable);
                    drop(waiting.answer.send((waiting.request, Err(error))));
                }
            }
            Err(error) => {
                warn!(requests = batch.len(), error = %describe(&error), "a batch was refused, trying its requests one by one");
                for waiting in batch {
                    let outcome = self.call(std::slice::from_ref(&waiting)).await;
                    let outcome =
                        outcome.and_then(|mut all| all.pop().ok_or(StoreError::Unavailable));
                    drop(waiting.answer.send((waiting.request, outcome)));
                }
            }
        }
    }

    /// Sends the batch until its outcome is known. The receipts make the repetition harmless.
    async fn call(&mut self, batch: &[Waiting]) -> Result<Vec<Outcome>, StoreError> {
        let requests: Vec<&Prepared> = batch.iter().map(|waiting| &waiting.request).collect();
        let mut repeated = false;
        for attempt in 0..ATTEMPTS {
            let connection = match self.connection.as_mut() {
                Some(connection) => connection,
                None => match self.options.connect().await {
                    Ok(connection) => self.connection.insert(connection),
                    Err(error) => {
                        warn!(attempt, error = %error, "no connection to append on");
                        tokio::time::sleep(pause(attempt)).await;
                        continue;
                    }
                },
            };
            match batch::append(connection, &requests).await {
                Ok(outcomes) => {
                    if repeated {
                        info!(attempt, "appended after a lost connection");
                    }
                    return Ok(outcomes);
                }
                Err(error) if is_answer(&error) => return Err(StoreError::Database(error)),
                Err(error) => {
                    warn!(attempt, error = %error, "lost the connection to append on");
                    if let Some(connection) = self.connection.take() {
                        drop(connection.close_hard().await);
                    }
                    repeated = true;
                    tokio::time::sleep(pause(attempt)).await;
                }
            }
        }
        Err(StoreError::Unavailable)
    }
}

/// Did the database itself say no (as opposed to not being there)?
fn is_answer(error: &sqlx::Error) -> bool {
    match error.as_database_error() {
        // Class 57: shut down or crashed; 40: told to try again; 53: out of resources; 08: connection.
        Some(database) => {
            let code = database.code().unwrap_or_default();
            !["57", "40", "53", "08"].iter().any(|class| code.starts_with(class))
        }
        None => matches!(
            error,
            sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. }
        ),
    }
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
