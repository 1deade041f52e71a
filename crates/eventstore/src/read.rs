//! Reading the log as it is stored.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use crate::{EventHeader, EventStore, StoreError, StoredEvent};

pub(crate) const COLUMNS: &str = "position, event_id, stream_id, kind, version, type, schema_version, data, metadata, leaf, recorded_at";

/// How many bytes of events are read into memory at once, but for one event that is larger by itself.
pub const READ_BYTES: i64 = 4 << 20;

/// Which events are wanted. Empty means all.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only these types.
    pub types: Vec<String>,
    /// Only this stream.
    pub stream_id: Option<Uuid>,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Position of the last event; 0 when there is none.
    pub position: i64,
    /// Seal of the last batch; empty when there is none.
    pub seal: Vec<u8>,
    /// When the last batch was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
}

impl EventStore {
    /// The events of a stream after a version, in order.
    pub async fn read_stream(
        &self,
        stream_id: Uuid,
        after_version: i32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = sqlx::query(
            "select position, event_id, stream_id, kind, version, type, schema_version, data, metadata, leaf, recorded_at \
             from log.events where stream_id = $1 and version > $2 order by version",
        )
        .bind(stream_id)
        .bind(after_version)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(event).collect())
    }

    /// The events of several streams, each after a version; in order within each stream, one stream after the other.
    pub async fn read_streams(
        &self,
        streams: &[(Uuid, i32)],
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let (ids, after): (Vec<Uuid>, Vec<i32>) = streams.iter().copied().unzip();
        let rows = sqlx::query(
            "select e.position, e.event_id, e.stream_id, e.kind, e.version, e.type, e.schema_version, e.data, \
             e.metadata, e.leaf, e.recorded_at \
             from unnest($1::uuid[], $2::int[]) as s(id, after) \
             cross join lateral (select * from log.events x where x.stream_id = s.id and x.version > s.after \
                                 order by x.version offset 0) e \
             order by e.stream_id, e.version",
        )
        .bind(ids)
        .bind(after)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(event).collect())
    }

    /// Up to `limit` events after a position, in order.
    pub async fn read_after(
        &self,
        position: i64,
        limit: i64,
        filter: &EventFilter,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut query = QueryBuilder::new("select ");
        query.push(COLUMNS).push(" from log.events where position > ").push_bind(position);
        narrow(&mut query, filter);
        // Within a stream both orders are one, and there is an index on the versions.
        let order = if filter.stream_id.is_some() { "version" } else { "position" };
        query.push(" order by ").push(order).push(" limit ").push_bind(limit);
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(event).collect())
    }

    /// Up to `limit` events after a position, in order: fewer where data and metadata would come to more than
    /// [`READ_BYTES`], but at least one if there is one.
    pub async fn read_some(
        &self,
        position: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        // The lengths are known without the bytes. (A large value lies elsewhere, and is fetched for the answer only.)
        let mut query = QueryBuilder::new(
            "with sized as materialized (select position, \
             sum(octet_length(data) + octet_length(metadata)) \
             over (order by position rows unbounded preceding) as bytes \
             from log.events where position > ",
        );
        query.push_bind(position).push(" order by position limit ").push_bind(limit);
        query.push(") select ").push(COLUMNS).push(" from log.events where position > ");
        query.push_bind(position).push(
            " and position <= (select greatest(min(position), \
             max(position) filter (where bytes <= ",
        );
        query.push_bind(READ_BYTES).push(")) from sized) order by position");
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(event).collect())
    }

    /// What says which the up to `limit` events after a position are, in order: for those who need not know what they
    /// hold.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] names a position that is missing though later ones are there.
    pub async fn read_headers(
        &self,
        position: i64,
        limit: i64,
    ) -> Result<Vec<EventHeader>, StoreError> {
        let rows = sqlx::query(
            "select position, event_id, stream_id, type from log.events \
             where position > $1 order by position limit $2",
        )
        .bind(position)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let headers = rows.iter().map(|row| EventHeader {
            position: row.get(0),
            event_id: row.get(1),
            stream_id: row.get(2),
            event_type: row.get(3),
        });
        let headers: Vec<_> = headers.collect();
        match headers.iter().zip(position + 1..).find(|(header, next)| header.position != *next) {
            None => Ok(headers),
            Some((_, missing)) => Err(StoreError::Unreadable {
                position: missing,
                reason: "the event is missing".to_owned(),
            }),
        }
    }

    /// How many events match, counted to `cap`.
    pub async fn count_events(&self, filter: &EventFilter, cap: i64) -> Result<i64, StoreError> {
        let mut query =
            QueryBuilder::new("select count(*) from (select 1 from log.events where true");
        narrow(&mut query, filter);
        query.push(" limit ").push_bind(cap).push(") capped");
        Ok(query.build().fetch_one(self.pool()).await?.get(0))
    }

    /// The event at a position.
    pub async fn read_at(&self, position: i64) -> Result<Option<StoredEvent>, StoreError> {
        let found = self.read_after(position - 1, 1, &EventFilter::default()).await?;
        Ok(found.into_iter().find(|event| event.position == position))
    }

    /// The events at these positions, in order of position; unknown positions are left out.
    pub async fn read_positions(&self, positions: &[i64]) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = sqlx::query(
            "select position, event_id, stream_id, kind, version, type, schema_version, data, metadata, leaf, recorded_at \
             from log.events where position = any($1) order by position",
        )
        .bind(positions)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(event).collect())
    }

    /// The end of the log.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let row = sqlx::query(
            "select last_position, seal, recorded_at from log.batches order by first_position desc limit 1",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map_or(Head { position: 0, seal: Vec::new(), recorded_at: None }, |row| Head {
            position: row.get(0),
            seal: row.get(1),
            recorded_at: Some(row.get(2)),
        }))
    }
}

fn narrow(query: &mut QueryBuilder<sqlx::Postgres>, filter: &EventFilter) {
    if !filter.types.is_empty() {
        query.push(" and type = any(").push_bind(filter.types.clone()).push(")");
    }
    if let Some(stream_id) = filter.stream_id {
        query.push(" and stream_id = ").push_bind(stream_id);
    }
}

pub(crate) fn event(row: &PgRow) -> StoredEvent {
    StoredEvent {
        position: row.get(0),
        event_id: row.get(1),
        stream_id: row.get(2),
        kind: row.get(3),
        version: row.get(4),
        event_type: row.get(5),
        schema_version: row.get(6),
        data: row.get(7),
        metadata: row.get(8),
        leaf: row.get(9),
        recorded_at: row.get(10),
    }
}
