//! How far all consumers of the log are, and what they have put aside.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgPool, Row};
use uuid::Uuid;

use crate::QueryError;
use crate::decoded::KINDS;
use crate::reached::REACHED;

/// How far a consumer is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConsumerLag {
    /// Its name, such as `views`.
    pub consumer: String,
    /// Everything up to here is in what it keeps, but for what is parked.
    pub position: i64,
    /// How many events of the log lie behind that.
    pub lag_events: i64,
    /// How old the first of them is, in seconds by the clock of the database; 0 when there is none.
    pub lag_seconds: f64,
    /// Streams it could not fold.
    pub parked_streams: i64,
    /// Events of these streams that wait.
    pub parked_events: i64,
    /// How many checkpoints it has: 1 for the whole log, or one per topic partition.
    pub partitions: i64,
}

/// How far the log is on Kafka.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelayLag {
    /// Everything up to here is published.
    pub position: i64,
    /// How many events of the log lie behind that.
    pub lag_events: i64,
    /// How old the first of them is, in seconds by the clock of the database; 0 when there is none.
    pub lag_seconds: f64,
    /// Partitions of each topic.
    pub partitions: i32,
}

/// A stream that waits until somebody has looked at it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParkedStream {
    /// Who could not fold it.
    pub consumer: String,
    /// Its kind, such as `ticket`.
    pub kind: String,
    /// Its id.
    pub stream_id: Uuid,
    /// Position of the event that could not be folded.
    pub first_position: i64,
    /// Why. Holds no value of the event.
    pub error: String,
    /// Since when.
    pub parked_at: DateTime<Utc>,
    /// How often it was tried again.
    pub tries: i32,
    /// Events that wait: that one, and all after it.
    pub events: i64,
}

/// All there is to know of those who read the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FanOut {
    /// Position of the last event of the log.
    pub head: i64,
    /// By name.
    pub consumers: Vec<ConsumerLag>,
    /// None where nothing was ever published.
    pub relay: Option<RelayLag>,
}

static CONSUMERS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "with {REACHED}, head as (
    select coalesce((select last_position from log.batches order by first_position desc limit 1), 0) as position
), parked as (
    select s.consumer, count(*) as streams,
           sum((select count(*) from work.parked_events e
                where e.consumer = s.consumer and e.stream_id = s.stream_id))::bigint as events
    from work.parked_streams s group by s.consumer
)
select reached.consumer, reached.position, greatest(head.position - reached.position, 0) as lag_events,
       coalesce(extract(epoch from now() - e.recorded_at), 0)::float8 as lag_seconds,
       coalesce(parked.streams, 0) as streams, coalesce(parked.events, 0) as events, reached.partitions
from reached cross join head
left join log.events e on e.position = reached.position + 1
left join parked on parked.consumer = reached.consumer
order by reached.consumer"
    )
});

const RELAY: &str = "
select r.position, r.partitions, greatest(head.position - r.position, 0),
       coalesce(extract(epoch from now() - e.recorded_at), 0)::float8, head.position
from (select coalesce((select last_position from log.batches order by first_position desc limit 1), 0) as position) head
left join work.relay r on true
left join log.events e on e.position = r.position + 1";

/// Lag of everybody. Two queries, so a consumer may be a little further than the head that is told.
pub(crate) async fn fan_out(pool: &PgPool) -> Result<FanOut, QueryError> {
    let row = sqlx::query(RELAY).fetch_one(pool).await?;
    let relay = row.get::<Option<i64>, _>(0).map(|position| RelayLag {
        position,
        partitions: row.get(1),
        lag_events: row.get(2),
        lag_seconds: f64::max(row.get(3), 0.0),
    });
    Ok(FanOut { head: row.get(4), consumers: consumers(pool).await?, relay })
}

pub(crate) async fn consumers(pool: &PgPool) -> Result<Vec<ConsumerLag>, QueryError> {
    let rows = sqlx::query(AssertSqlSafe(CONSUMERS.as_str()))
        .bind(KINDS)
        .bind(None::<&str>)
        .fetch_all(pool)
        .await?;
    let consumers = rows.iter().map(|row| ConsumerLag {
        consumer: row.get(0),
        position: row.get(1),
        lag_events: row.get(2),
        lag_seconds: f64::max(row.get(3), 0.0),
        parked_streams: row.get(4),
        parked_events: row.get(5),
        partitions: row.get(6),
    });
    Ok(consumers.collect())
}

/// What is parked, the longest parked first, up to `limit` streams.
pub(crate) async fn parked(pool: &PgPool, limit: i64) -> Result<Vec<ParkedStream>, QueryError> {
    let rows = sqlx::query(
        "select consumer, kind, stream_id, first_position, error, parked_at, tries, \
                (select count(*) from work.parked_events e \
                 where e.consumer = s.consumer and e.stream_id = s.stream_id) \
         from work.parked_streams s order by parked_at, consumer, stream_id limit $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let parked = rows.iter().map(|row| ParkedStream {
        consumer: row.get(0),
        kind: row.get(1),
        stream_id: row.get(2),
        first_position: row.get(3),
        error: row.get(4),
        parked_at: row.get(5),
        tries: row.get(6),
        events: row.get(7),
    });
    Ok(parked.collect())
}
