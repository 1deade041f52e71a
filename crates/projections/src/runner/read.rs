//! Reading ahead: the next batches are read, opened and decoded while the present one is written.

use std::sync::Arc;
use std::time::Duration;

use domain::DomainEvent;
use domain::file::FileEvent;
use domain::ticket::TicketEvent;
use eventstore::{
    Checkpoint, EventSource, EventStore, Partition, Reading, SourcedBatch, StoreError, StoredEvent,
};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

use super::layout::{LOG, Layout};
use super::{BATCH, BUSY, Fold, REST, passes};
use crate::ProjectionError;
use crate::decoded::{Decoded, Poison, check_known, decode_one, in_words};

/// From so many events a second on, the machine is needed for writing, and views may take their time.
const FLOOD: f64 = 5_000.0;

/// What the reader has for the writer.
pub(super) enum Message {
    /// These partitions are ours from now on: the writer is to say how far they are.
    Assigned(Vec<Partition>, oneshot::Sender<Vec<(Partition, Checkpoint)>>),
    /// Events to be folded.
    Batch(Batch),
    /// Something only a person can put right.
    Failed(ProjectionError),
}

/// Events of one transaction.
pub(super) struct Batch {
    pub(super) spans: Vec<Span>,
    pub(super) events: Vec<Decoded>,
    /// What cannot be folded, in order of position; what follows of these streams is among `events`.
    pub(super) poison: Vec<Poison>,
}

impl Batch {
    /// Of which checkpoints it is.
    pub(super) fn layout(&self) -> Option<Layout> {
        let first = self.spans.first()?;
        Some(if first.partition == LOG { Layout::Log } else { Layout::Topics })
    }
}

/// How a batch moves the checkpoint of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) partition: String,
    pub(super) after: i64,
    pub(super) through: i64,
    pub(super) hint: Option<i64>,
}

/// Reads until nobody listens any more, or until something only a person can put right.
pub(super) async fn read_ahead<F: Fold, S: EventSource>(
    store: EventStore,
    mut source: S,
    wanted: Arc<Notify>,
    writer: mpsc::Sender<Message>,
) {
    let mut before = Instant::now();
    // Events a second.
    let mut pace = 0.0;
    loop {
        let reading = match source.next(BATCH).await {
            Ok(reading) => reading,
            Err(error) => {
                let error = ProjectionError::from(error);
                if passes(&error) {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    warn!(%error, cause, consumer = F::GROUP.consumer(), "cannot read; trying again");
                    sleep(REST).await;
                    continue;
                }
                drop(writer.send(Message::Failed(error)).await);
                return;
            }
        };
        let batch = match reading {
            Reading::Assigned(partitions) => {
                let (reply, checkpoints) = oneshot::channel();
                if writer.send(Message::Assigned(partitions, reply)).await.is_err() {
                    return;
                }
                let Ok(checkpoints) = checkpoints.await else { return };
                for (partition, checkpoint) in checkpoints {
                    source.seek(&partition, checkpoint);
                }
                continue;
            }
            Reading::Batch(batch) => batch,
        };
        let read = batch.len();
        let message = match open_batch::<F>(&store, batch).await {
            Ok(batch) => Message::Batch(batch),
            Err(error) => Message::Failed(error),
        };
        let failed = matches!(message, Message::Failed(_));
        if writer.send(message).await.is_err() || failed {
            return;
        }
        let since = std::mem::replace(&mut before, Instant::now()).elapsed();
        // Smoothed, or one late batch would delay the next.
        pace += (read as f64 / since.as_secs_f64().max(0.001) - pace) / 8.0;
        if (BUSY..BATCH).contains(&read) {
            let gather = if pace > FLOOD { F::GATHER } else { F::GATHER / 5 };
            // Whoever waits for the views ends it.
            drop(timeout(gather, wanted.notified()).await);
        }
    }
}

/// Opens and decodes what the fold wants of a batch. Waits out a database that is away.
///
/// # Errors
/// An event that is newer than this binary.
pub(super) async fn open_batch<F: Fold>(
    store: &EventStore,
    read: SourcedBatch,
) -> Result<Batch, ProjectionError> {
    let mut spans = Vec::with_capacity(read.stretches.len());
    let mut wanted = Vec::with_capacity(read.len());
    for stretch in read.stretches {
        spans.push(Span {
            partition: stretch.partition.to_string(),
            after: stretch.after,
            through: stretch.through,
            hint: stretch.hint,
        });
        wanted.extend(stretch.events);
    }
    let (events, poison) = open_wanted::<F>(store, wanted).await?;
    Ok(Batch { spans, events, poison })
}

/// Opens and decodes what the fold wants of these events; what is wrong with the data of one is told apart.
pub(super) async fn open_wanted<F: Fold>(
    store: &EventStore,
    mut wanted: Vec<StoredEvent>,
) -> Result<(Vec<Decoded>, Vec<Poison>), ProjectionError> {
    for event in &wanted {
        if event.kind == TicketEvent::KIND {
            check_known::<TicketEvent>(event)?;
        }
        if event.kind == FileEvent::KIND {
            check_known::<FileEvent>(event)?;
        }
    }
    wanted.retain(|event| F::wants(&event.event_type));
    let mut poison = Vec::new();
    let opened = match open_patiently(store, &wanted).await {
        Ok(opened) => opened,
        // One of them; which one is found by looking at each.
        Err(StoreError::Unreadable { .. }) => {
            let mut opened = Vec::with_capacity(wanted.len());
            for event in wanted {
                match open_patiently(store, std::slice::from_ref(&event)).await {
                    Ok(one) => opened.extend(one),
                    Err(error @ StoreError::Unreadable { .. }) => {
                        poison.push(Poison::of_stored(&event, &error.into()));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            opened
        }
        Err(error) => return Err(error.into()),
    };
    let mut events = Vec::with_capacity(opened.len());
    for event in opened {
        let (stream_id, kind) = (event.stream_id, event.kind.clone());
        let (version, position) = (event.version, event.position);
        match decode_one(event) {
            Ok(decoded) => events.push(decoded),
            Err(error @ ProjectionError::Data { .. }) => {
                poison.push(Poison { stream_id, kind, version, position, error: in_words(&error) });
            }
            Err(error) => return Err(error),
        }
    }
    poison.sort_by_key(|poison| poison.position);
    Ok((events, poison))
}

async fn open_patiently(
    store: &EventStore,
    events: &[StoredEvent],
) -> Result<Vec<eventstore::OpenedEvent>, StoreError> {
    let mut pause = Duration::from_millis(100);
    loop {
        match store.open_events(events.to_vec()).await {
            Err(error @ (StoreError::Unavailable | StoreError::Database(_))) => {
                warn!(%error, "events cannot be opened; trying again");
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
            other => return other,
        }
    }
}
