//! Reading ahead: while one transaction is on its way, the next events are fetched.

use std::time::Duration;

use tokio::sync::mpsc;
use tracing::warn;

use crate::{EventStore, PgTail, StoredEvent};

/// How many events are read at once at most. (Of large ones fewer: the tail has a limit of bytes.)
const BATCH_EVENTS: usize = 5_000;

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
        loop {
            let read = tokio::select! {
                () = batches.closed() => return,
                read = tail.wait_for(BATCH_EVENTS) => read,
            };
            match read {
                Ok(batch) => {
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
