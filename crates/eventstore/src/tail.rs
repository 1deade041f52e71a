//! Reading the log as it grows.

use crate::{
    Checkpoint, EventSource, EventStore, LogNews, Partition, Reading, SourcedBatch, StoreError,
    StoredEvent, Stretch,
};

/// The log itself, in order of position. Wakes by NOTIFY and polls as well.
pub struct PgTail {
    store: EventStore,
    position: i64,
    /// Nothing after this position is read.
    last: i64,
    news: LogNews,
    told: Told,
}

/// Whether the consumer knows that the log is all its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    Yes,
}

impl PgTail {
    /// Begins after a position.
    pub fn new(store: EventStore, after: i64) -> Self {
        let news = LogNews::new(store.clone());
        Self { store, position: after, last: i64::MAX, news, told: Told::NotYet }
    }

    /// Ends at a position: behind it, it waits for ever.
    #[must_use]
    pub fn up_to(self, last: i64) -> Self {
        Self { last, ..self }
    }

    /// Returns what is there now, or nothing. Fewer events than asked for where they are large.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] names a position that is missing though later ones are there.
    pub async fn poll(&mut self, limit: usize) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX).min(self.last - self.position);
        let mut events = self.store.read_some(self.position, limit).await?;
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
        Ok(Some(events))
    }

    /// Waits for events after the last ones.
    ///
    /// # Errors
    /// As [`poll`](Self::poll).
    pub async fn wait_for(&mut self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        loop {
            if let Some(events) = self.poll(limit).await? {
                return Ok(events);
            }
            self.news.wait(self.position).await;
        }
    }
}

impl EventSource for PgTail {
    async fn next(&mut self, limit: usize) -> Result<Reading, StoreError> {
        if self.told == Told::NotYet {
            self.told = Told::Yes;
            return Ok(Reading::Assigned(vec![Partition::Log]));
        }
        let after = self.position;
        let events = self.wait_for(limit).await?;
        let stretch = Stretch {
            partition: Partition::Log,
            after,
            through: self.position,
            events,
            hint: None,
        };
        Ok(Reading::Batch(SourcedBatch { stretches: vec![stretch] }))
    }

    fn seek(&mut self, _partition: &Partition, to: Checkpoint) {
        self.position = to.position;
    }
}
