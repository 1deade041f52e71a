//! The part of the log that is one partition of a topic, read from Postgres: for what Kafka no longer has, or never had.

use sqlx::Row;
use uuid::Uuid;

use crate::kafka::partition_of;
use crate::{EventStore, READ_BYTES, StoreError, StoredEvent};

/// How many positions are looked at in one call.
const SPAN: i64 = 50_000;

impl EventStore {
    /// Up to `limit` events (at least one), and no more than some [`READ_BYTES`] of them, of partition `number` of
    /// `partitions` of a kind's topic, in order, from after `after` to `through`; and the position up to which these
    /// are all. Where that is short of `through`, the
    /// rest is asked for in the same way, even if there was no event.
    pub async fn read_partition(
        &self,
        kind: &str,
        number: i32,
        partitions: i32,
        after: i64,
        through: i64,
        limit: usize,
    ) -> Result<(Vec<StoredEvent>, i64), StoreError> {
        let mut reached = through.min(after.saturating_add(SPAN));
        // First only what the hash is of: most events of the kind are of other partitions.
        let rows = sqlx::query(
            "select position, stream_id, octet_length(data) + octet_length(metadata) from log.events \
             where position > $1 and position <= $2 and kind = $3 order by position",
        )
        .bind(after)
        .bind(reached)
        .bind(kind)
        .fetch_all(self.pool())
        .await?;
        let of_partition =
            rows.iter().filter(|row| partition_of(row.get::<Uuid, _>(1), partitions) == number);
        let mut chosen = Chosen::default();
        for row in of_partition {
            chosen.push(row.get(0), row.get(2));
            if chosen.is_full(limit) {
                reached = row.get(0);
                break;
            }
        }
        Ok((self.read_chosen(&chosen).await?, reached))
    }

    /// Up to `limit` events of a kind, in order, from after `after` to `through`; and the position up to which these
    /// are all, as in [`read_partition`](Self::read_partition).
    pub(crate) async fn read_kind(
        &self,
        kind: &str,
        after: i64,
        through: i64,
        limit: usize,
    ) -> Result<(Vec<StoredEvent>, i64), StoreError> {
        let mut reached = through.min(after.saturating_add(SPAN));
        let rows = sqlx::query(
            "select position, octet_length(data) + octet_length(metadata) from log.events \
             where position > $1 and position <= $2 and kind = $3 order by position limit $4",
        )
        .bind(after)
        .bind(reached)
        .bind(kind)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.pool())
        .await?;
        let mut chosen = Chosen::default();
        for row in rows {
            chosen.push(row.get(0), row.get(1));
            if chosen.is_full(limit) {
                reached = row.get(0);
                break;
            }
        }
        Ok((self.read_chosen(&chosen).await?, reached))
    }

    async fn read_chosen(&self, chosen: &Chosen) -> Result<Vec<StoredEvent>, StoreError> {
        if chosen.positions.is_empty() {
            return Ok(Vec::new());
        }
        self.read_positions(&chosen.positions).await
    }
}

/// Which events are to be read together.
#[derive(Default)]
struct Chosen {
    positions: Vec<i64>,
    bytes: i64,
}

impl Chosen {
    fn push(&mut self, position: i64, bytes: i32) {
        self.positions.push(position);
        self.bytes += i64::from(bytes);
    }

    /// Whether these are enough for once, of which `limit` (at least one) may be.
    fn is_full(&self, limit: usize) -> bool {
        self.positions.len() >= limit.max(1) || self.bytes >= READ_BYTES
    }
}
