//! From which offsets to read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rdkafka::consumer::Consumer;
use rdkafka::{Offset, TopicPartitionList};
use sqlx::Row;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::client::Member;
use super::reader::Reader;
use super::{Due, KafkaSource};
use crate::{Checkpoint, StoreError};

/// How long the brokers may take to look offsets up.
const PATIENCE: Duration = Duration::from_secs(5);
/// So much before the time of a checkpoint is looked, in milliseconds: clocks are set back.
const MARGIN: i64 = 2_000;

impl KafkaSource {
    /// Begins to read the partitions that were sought.
    pub(super) async fn place(&mut self, member: &Arc<Member>) -> Result<(), StoreError> {
        if self.due != Due::Place {
            return Ok(());
        }
        let sought: Vec<_> = self.readers.iter().map(Reader::sought).collect();
        let mut offsets = self.offsets(member, &sought).await?;
        let mut list = TopicPartitionList::with_capacity(self.readers.len());
        for ((reader, to), offset) in self.readers.iter_mut().zip(sought).zip(&mut offsets) {
            match to {
                Some(to) => reader.begin(to, *offset),
                None => match reader.interrupted() {
                    Some(at) => *offset = at,
                    None => continue,
                },
            }
            let placed = list.add_partition_offset(&reader.topic, reader.number, *offset);
            placed.map_err(|error| StoreError::Source { reason: error.to_string() })?;
        }
        self.due = Due::Nothing;
        self.look_at = Instant::now();
        if let Err(error) = member.assign(&list) {
            // It was taken from us meanwhile; the group will say so.
            debug!(%error, "cannot read what was given");
        }
        Ok(())
    }

    /// The offset of each that was sought: that of the hint, else the one at the time of the checkpoint.
    async fn offsets(
        &self,
        member: &Arc<Member>,
        sought: &[Option<Checkpoint>],
    ) -> Result<Vec<Offset>, StoreError> {
        let unknown = |to: &Checkpoint| to.hint.is_none() && to.position > 0;
        let positions = sought.iter().flatten().filter(|to| unknown(to)).map(|to| to.position);
        let times = self.times(positions.collect()).await?;
        let mut asked = TopicPartitionList::new();
        for (reader, to) in self.readers.iter().zip(sought) {
            let time = to.filter(unknown).and_then(|to| times.get(&to.position));
            if let Some(time) = time {
                let at = Offset::Offset((time.timestamp_millis() - MARGIN).max(0));
                asked.add_partition_offset(&reader.topic, reader.number, at).ok();
            }
        }
        let found = look_up(member, asked).await;
        let places = self.readers.iter().zip(sought);
        Ok(places
            .map(|(reader, to)| {
                if let Some(hint) = to.and_then(|to| to.hint).filter(|hint| *hint >= 0) {
                    return Offset::Offset(hint);
                }
                let found = found.find_partition(&reader.topic, reader.number);
                let offset =
                    found.filter(|found| found.error().is_ok()).map(|found| found.offset());
                match offset {
                    Some(offset @ (Offset::Offset(_) | Offset::End)) => offset,
                    // Records that have been seen are passed by, so the beginning is never wrong.
                    Some(_) | None => Offset::Beginning,
                }
            })
            .collect())
    }

    async fn times(&self, positions: Vec<i64>) -> Result<HashMap<i64, DateTime<Utc>>, StoreError> {
        if positions.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = "select position, recorded_at from log.events where position = any($1)";
        let rows = sqlx::query(sql).bind(positions).fetch_all(self.store.pool()).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

/// The offsets at the times in the list; an empty list when there was no answer.
async fn look_up(member: &Arc<Member>, asked: TopicPartitionList) -> TopicPartitionList {
    if asked.count() == 0 {
        return asked;
    }
    let member = Arc::clone(member);
    let looked = tokio::task::spawn_blocking(move || member.offsets_for_times(asked, PATIENCE));
    match looked.await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            warn!(%error, "no offset was found for the checkpoints, reading from the beginning");
            TopicPartitionList::new()
        }
        Err(error) => {
            warn!(%error, "the look for offsets was broken off, reading from the beginning");
            TopicPartitionList::new()
        }
    }
}
