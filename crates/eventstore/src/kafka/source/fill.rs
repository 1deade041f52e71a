//! What Kafka does not have, from Postgres.

use std::time::Duration;

use rdkafka::consumer::Consumer;
use sqlx::Row;
use tokio::time::Instant;
use tracing::{info, warn};

use super::client::Member;
use super::reader::{Fill, Reader, Taken};
use super::{Drained, KafkaSource, LOOK};
use crate::StoreError;

/// How long a partition may stand still though there is more of it, and nothing waits to be looked at.
const PATIENCE: Duration = Duration::from_secs(2);

impl KafkaSource {
    /// Compares, every second, with what the relay has published: what Kafka no longer has would never come.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        let now = Instant::now();
        if now < self.look_at {
            return Ok(());
        }
        // While records wait in the client, or nobody asks for them, it is no wonder that a partition stands still.
        let drained = std::mem::replace(&mut self.drained, Drained::No) == Drained::Yes;
        let late = now.duration_since(self.look_at) > LOOK;
        if late || !drained {
            self.readers.iter_mut().for_each(Reader::excuse);
        }
        self.look_at = now + LOOK;
        if self.readers.is_empty() {
            return Ok(());
        }
        let rows = sqlx::query(
            "select kind, partition_no, position, (select partitions from work.relay) \
             from work.relayed where kind = any($1)",
        )
        .bind(&self.kinds)
        .fetch_all(self.store.pool())
        .await?;
        for row in rows {
            let (kind, number, position): (&str, i32, i64) = (row.get(0), row.get(1), row.get(2));
            if let Some(partitions) = row.get::<Option<i32>, _>(3) {
                self.expect_partitions(partitions)?;
            }
            let mut readers = self.readers.iter_mut();
            if let Some(reader) = readers.find(|r| r.number == number && r.kind == kind) {
                reader.is_relayed(position, now, PATIENCE);
            }
        }
        Ok(())
    }

    /// Reads what partitions wait for, until there are `limit` events in all.
    pub(super) async fn fill(&mut self, member: &Member, limit: usize) -> Result<(), StoreError> {
        for index in 0..self.readers.len() {
            while self.gathered < limit {
                let Some((after, through)) = self.wanted(index).await? else { break };
                let (reader, room) = (&self.readers[index], limit - self.gathered);
                let (kind, number, partitions) =
                    (reader.kind.as_str(), reader.number, self.settings.partitions);
                let read =
                    self.store.read_partition(kind, number, partitions, after, through, room);
                let (events, reached) = read.await?;
                self.gathered += events.len();
                let Some(fill) = self.readers[index].filled(events, reached) else { continue };
                let reader = &self.readers[index];
                info!(partition = %reader.partition(), through, "read from Postgres what Kafka lacks");
                if fill.has_paused()
                    && let Err(error) = member.resume(&reader.list())
                {
                    warn!(%error, partition = %reader.partition(), "the partition stays paused");
                }
                self.release(member, index, fill).await?;
            }
        }
        Ok(())
    }

    /// What had to wait goes on. Much of it may have been read from Postgres, and some may have to wait again.
    async fn release(
        &mut self,
        member: &Member,
        index: usize,
        fill: Fill,
    ) -> Result<(), StoreError> {
        let mut held = fill.held;
        if let Some((_, offset)) = held.pop_front_if(|(first, _)| first.previous > fill.through) {
            if self.is_worth_a_word() {
                let (partition, so_far) = (self.readers[index].partition(), self.strange);
                warn!(%partition, offset, so_far, "passed by a record from beyond the end of the log");
            }
            self.readers[index].pass(offset);
        }
        for (received, offset) in held {
            let taken = self.take(index, received, offset).await?;
            self.taken(member, index, offset, taken);
        }
        Ok(())
    }

    /// The stretch that a partition waits for; never beyond the end of the log.
    async fn wanted(&mut self, index: usize) -> Result<Option<(i64, i64)>, StoreError> {
        let Some((after, fill)) = self.readers[index].wants() else { return Ok(None) };
        let through = fill.through;
        if self.is_beyond(through).await? {
            let head = self.head;
            let Some((_, fill)) = self.readers[index].wants() else { return Ok(None) };
            fill.through = head;
            return Ok(Some((after, head)));
        }
        Ok(Some((after, through)))
    }

    /// Counts what was taken of a record, and holds the flow where that has to wait.
    pub(super) fn taken(&mut self, member: &Member, index: usize, offset: i64, taken: Taken) {
        let reader = &self.readers[index];
        match taken {
            Taken::New => self.gathered += 1,
            Taken::Repeat | Taken::Held => {}
            Taken::Full => {
                if let Err(error) = member.pause(&reader.list()) {
                    warn!(%error, partition = %reader.partition(), "the partition cannot be paused");
                }
            }
            Taken::Forged => {
                warn!(partition = %reader.partition(), offset, "a record is not what was written");
            }
        }
    }
}
