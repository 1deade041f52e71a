//! Reading the log as it grows.

use std::future::Future;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tracing::warn;

use crate::{EventFilter, EventStore, StoreError, StoredEvent};

/// How long the tail sleeps without a notification before it looks by itself.
const POLL: Duration = Duration::from_secs(1);

/// Events in order, from one partition.
#[derive(Debug)]
pub struct SourcedBatch {
    /// The partition; the Postgres tail has but partition 0.
    pub partition: i32,
    /// The events, as stored. Never empty.
    pub events: Vec<StoredEvent>,
}

/// Where a consumer gets its events from, without knowing what it is.
pub trait EventSource: Send {
    /// Waits for events after what was last returned. Repeats from the last checkpoint after [`seek`](Self::seek).
    fn next_batch(
        &mut self,
        limit: usize,
    ) -> impl Future<Output = Result<SourcedBatch, StoreError>> + Send;

    /// Goes on after `position` in a partition.
    fn seek(&mut self, partition: i32, position: i64);
}

/// The log itself, in order of position. Wakes by NOTIFY and polls as well.
pub struct PgTail {
    store: EventStore,
    position: i64,
    listener: Option<PgListener>,
}

impl PgTail {
    /// Begins after a position.
    pub fn new(store: EventStore, after: i64) -> Self {
        Self { store, position: after, listener: None }
    }

    /// Returns what is there now, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] names a position that is missing though later ones are there.
    pub async fn poll(&mut self, limit: usize) -> Result<Option<SourcedBatch>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut events =
            self.store.read_after(self.position, limit, &EventFilter::default()).await?;
        if events.is_empty() {
            return Ok(None);
        }
        let expected = self.position + 1..;
        let held = events.iter().zip(expected).take_while(|(e, p)| e.position == *p).count();
        // What comes before a gap is as good as ever; the gap itself is found by the next look.
        events.truncate(held);
        let Some(last) = events.last() else {
            return Err(StoreError::Unreadable {
                position: self.position + 1,
                reason: "the event is missing".to_owned(),
            });
        };
        self.position = last.position;
        Ok(Some(SourcedBatch { partition: 0, events }))
    }

    async fn wait(&mut self) {
        if self.listener.is_none() {
            self.listener = match self.listen().await {
                Ok(listener) => Some(listener),
                Err(error) => {
                    warn!(%error, "cannot listen for new events, polling");
                    tokio::time::sleep(POLL).await;
                    return;
                }
            };
            // Something may have come between the last look and the LISTEN.
            return;
        }
        let Some(listener) = self.listener.as_mut() else { return };
        let news = async {
            // What was announced while we read is old news: one look at an empty log end is enough.
            while listener.recv().await?.payload().parse().is_ok_and(|p: i64| p <= self.position) {}
            Ok::<_, sqlx::Error>(())
        };
        if let Ok(Err(error)) = tokio::time::timeout(POLL, news).await {
            warn!(%error, "lost the connection that listens for new events");
            self.listener = None;
            tokio::time::sleep(POLL).await;
        }
    }

    async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(self.store.pool()).await?;
        listener.listen("docket_log").await?;
        Ok(listener)
    }
}

impl EventSource for PgTail {
    async fn next_batch(&mut self, limit: usize) -> Result<SourcedBatch, StoreError> {
        loop {
            if let Some(batch) = self.poll(limit).await? {
                return Ok(batch);
            }
            self.wait().await;
        }
    }

    fn seek(&mut self, _partition: i32, position: i64) {
        self.position = position;
    }
}
