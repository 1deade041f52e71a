//! Reading ahead: while one transaction is on its way, the next events are fetched.

use std::time::Duration;

use tokio::sync::mpsc;
use tracing::warn;

use crate::{EventStore, PgTail, StoredEvent};

/// How many events are read at once at most, and about how many bytes.
const BATCH_EVENTS: usize = 5_000;
const BATCH_BYTES: usize = 4 << 20;

/// How many events are read before their size is known.
const FIRST: usize = 500;

/// How many batches wait at most.
const WAITING: usize = 2;

/// How many batches go into one transaction at most: what waits, the one that was waiting to wait, and one more.
pub(super) const TOGETHER: usize = WAITING + 2;

/// How long the reading rests after an error.
const REST: Duration = Duration::from_secs(1);

/// The log after a position, batch by batch. Ends when the receiver is dropped.
pub(super) fn read_ahead(store: EventStore, after: i64) -> mpsc::Receiver<Vec<StoredEvent>> {
    let (batches, waiting) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut tail = PgTail::new(store, after);
        let mut limit = FIRST;
        loop {
            let read = tokio::select! {
                () = batches.closed() => return,
                read = tail.wait_for(limit) => read,
            };
            match read {
                Ok(batch) => {
                    limit = limit_after(&batch, limit);
                    if batches.send(batch).await.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    warn!(%error, "the log cannot be read, trying again");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    });
    waiting
}

/// How many events like these are a batch. Grows by steps, so that few large events among many small ones do no harm.
fn limit_after(batch: &[StoredEvent], limit: usize) -> usize {
    let bytes: usize = batch.iter().map(|event| event.data.len() + event.metadata.len()).sum();
    let fitting = BATCH_BYTES * batch.len().max(1) / bytes.max(1);
    fitting.min(limit * 2).clamp(1, BATCH_EVENTS)
}
