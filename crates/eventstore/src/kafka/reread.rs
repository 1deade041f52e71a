//! The part of the log that is one partition of a topic, read from Postgres: for what Kafka no longer has, or never had.

use sqlx::Row;
use uuid::Uuid;

use crate::kafka::partition_of;
use crate::read::event;
use crate::{EventStore, StoreError, StoredEvent};

/// How many positions are looked at in one call.
const SPAN: i64 = 50_000;

impl EventStore {
    /// Up to `limit` events (at least one) of partition `number` of `partitions` of a kind's topic, in order, from
    /// after `after` to `through`; and the position up to which these are all. Where that is short of `through`, the
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
            "select position, stream_id from log.events \
             where position > $1 and position <= $2 and kind = $3 order by position",
        )
        .bind(after)
        .bind(reached)
        .bind(kind)
        .fetch_all(self.pool())
        .await?;
        let mut positions = Vec::new();
        for row in rows {
            if partition_of(row.get::<Uuid, _>(1), partitions) != number {
                continue;
            }
            positions.push(row.get(0));
            if positions.len() == limit.max(1) {
                reached = row.get(0);
                break;
            }
        }
        if positions.is_empty() {
            return Ok((Vec::new(), reached));
        }
        Ok((self.read_positions(&positions).await?, reached))
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
        let reached = through.min(after.saturating_add(SPAN));
        let rows = sqlx::query(
            "select position, event_id, stream_id, kind, version, type, schema_version, data, metadata, leaf, recorded_at \
             from log.events where position > $1 and position <= $2 and kind = $3 order by position limit $4",
        )
        .bind(after)
        .bind(reached)
        .bind(kind)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.pool())
        .await?;
        let events: Vec<_> = rows.iter().map(event).collect();
        let reached = match events.last() {
            Some(last) if events.len() >= limit => last.position,
            Some(_) | None => reached,
        };
        Ok((events, reached))
    }
}
