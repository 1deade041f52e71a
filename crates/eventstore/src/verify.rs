//! Recomputing the chain of seals.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::Row;
use uuid::Uuid;

use crate::leaf::SealBuilder;
use crate::{EventFilter, EventStore, StoreError, StoredEvent};

const PAGE: i64 = 5_000;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Events whose hashes hold.
    pub events: i64,
    /// Batches whose seals hold.
    pub batches: i64,
    /// Seal of the last batch that holds.
    pub seal: Vec<u8>,
    /// The first thing that does not hold; `None` when all does.
    pub fault: Option<Fault>,
}

/// The first place at which the log is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Position of the event (of the batch's first event, where only the batch is known).
    pub position: i64,
    /// What does not hold.
    pub reason: String,
}

struct Batch {
    first: i64,
    last: i64,
    seal: Vec<u8>,
    recorded_at: DateTime<Utc>,
}

struct Verifier {
    report: VerifyReport,
    versions: HashMap<Uuid, i32>,
    previous_at: Option<DateTime<Utc>>,
}

impl EventStore {
    /// Recomputes every leaf and every seal from position 1 on, in memory of some 40 bytes per stream, and stops at
    /// the first that does not hold. `progress` is called with the last position done.
    pub async fn verify(
        &self,
        mut progress: impl FnMut(i64) + Send,
    ) -> Result<VerifyReport, StoreError> {
        let report = VerifyReport { events: 0, batches: 0, seal: Vec::new(), fault: None };
        let mut verifier = Verifier { report, versions: HashMap::new(), previous_at: None };
        let mut events: std::collections::VecDeque<StoredEvent> = Default::default();
        // From before the beginning: what was slipped in there is no part of the log either.
        let mut read_to = i64::MIN;
        let mut last_first = 0;
        loop {
            let batches = self.read_batches(last_first).await?;
            let Some(last) = batches.last() else { break };
            last_first = last.first;
            for batch in &batches {
                while read_to < batch.last {
                    let page = self.read_after(read_to, PAGE, &EventFilter::default()).await?;
                    let Some(last) = page.last() else { break };
                    read_to = last.position;
                    events.extend(page);
                }
                if let Err(fault) = verifier.batch(batch, &mut events) {
                    verifier.report.fault = Some(fault);
                    return Ok(verifier.report);
                }
            }
            progress(verifier.report.events);
        }
        // Events after the last batch would have been slipped in past the append.
        let stray = match events.pop_front() {
            Some(event) => Some(event),
            None => self.read_after(read_to, 1, &EventFilter::default()).await?.pop(),
        };
        // An append that committed since the batches were read is no stray.
        if let Some(stray) = stray
            && self.head().await?.position < stray.position
        {
            verifier.report.fault = Some(fault(stray.position, "the event belongs to no batch"));
        }
        Ok(verifier.report)
    }

    async fn read_batches(&self, after_first: i64) -> Result<Vec<Batch>, StoreError> {
        let rows = sqlx::query(
            "select first_position, last_position, seal, recorded_at from log.batches \
             where first_position > $1 order by first_position limit $2",
        )
        .bind(after_first)
        .bind(PAGE)
        .fetch_all(self.pool())
        .await?;
        let batch = |row: &sqlx::postgres::PgRow| Batch {
            first: row.get(0),
            last: row.get(1),
            seal: row.get(2),
            recorded_at: row.get(3),
        };
        Ok(rows.iter().map(batch).collect())
    }
}

impl Verifier {
    fn batch(
        &mut self,
        batch: &Batch,
        events: &mut std::collections::VecDeque<StoredEvent>,
    ) -> Result<(), Fault> {
        let expected = self.report.events + 1;
        if batch.first != expected {
            return Err(fault(expected, "no batch holds this position"));
        }
        if self.previous_at.is_some_and(|previous| batch.recorded_at < previous) {
            return Err(fault(batch.first, "the time of the batch lies before its predecessor's"));
        }
        let mut seal = SealBuilder::new(&self.report.seal, batch.first, batch.recorded_at);
        for position in batch.first..=batch.last {
            let event = match events.pop_front() {
                Some(event) if event.position == position => event,
                Some(event) if event.position < position => {
                    return Err(fault(event.position, "the event belongs to no batch"));
                }
                Some(_) | None => return Err(fault(position, "the event is missing")),
            };
            self.event(&event, batch)?;
            seal.event(event.version, &event.leaf);
        }
        if seal.finish().as_slice() != batch.seal {
            return Err(fault(batch.first, "the seal of the batch does not hold"));
        }
        self.report.events = batch.last;
        self.report.batches += 1;
        self.report.seal.clone_from(&batch.seal);
        self.previous_at = Some(batch.recorded_at);
        Ok(())
    }

    fn event(&mut self, event: &StoredEvent, batch: &Batch) -> Result<(), Fault> {
        if !event.leaf_holds() {
            return Err(fault(event.position, "the hash of the event does not hold"));
        }
        if event.recorded_at != batch.recorded_at {
            return Err(fault(event.position, "the time of the event is not its batch's"));
        }
        let version = self.versions.entry(event.stream_id).or_insert(0);
        *version += 1;
        if *version != event.version {
            return Err(fault(event.position, "the version does not follow on its stream's last"));
        }
        Ok(())
    }
}

fn fault(position: i64, reason: &str) -> Fault {
    Fault { position, reason: reason.to_owned() }
}
