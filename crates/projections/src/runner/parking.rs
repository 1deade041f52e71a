//! Streams that cannot be folded for an error in the data of one event: they wait, all others go on.

use std::collections::HashSet;

use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::read::Batch;
use crate::decoded::{Decoded, Poison};

/// An event that is passed by, because its stream is parked.
pub(super) struct Passed {
    stream_id: Uuid,
    version: i32,
    position: i64,
}

impl From<&Decoded> for Passed {
    fn from(event: &Decoded) -> Self {
        let Decoded { stream_id, version, position, .. } = event;
        Self { stream_id: *stream_id, version: *version, position: *position }
    }
}

impl From<&Poison> for Passed {
    fn from(event: &Poison) -> Self {
        let Poison { stream_id, version, position, .. } = event;
        Self { stream_id: *stream_id, version: *version, position: *position }
    }
}

/// The streams a consumer has parked.
pub(super) async fn parked(
    connection: &mut PgConnection,
    consumer: &str,
) -> Result<HashSet<Uuid>, sqlx::Error> {
    let rows = sqlx::query("select stream_id from work.parked_streams where consumer = $1")
        .bind(consumer)
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Which of these streams are parked still; they stay so until the transaction ends.
pub(super) async fn still_parked(
    connection: &mut PgConnection,
    consumer: &str,
    streams: &[Uuid],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    let rows = sqlx::query(
        "select stream_id from work.parked_streams where consumer = $1 and stream_id = any($2) \
         order by stream_id for share",
    )
    .bind(consumer)
    .bind(streams)
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Parks the stream of an event that cannot be folded.
pub(super) async fn park(
    connection: &mut PgConnection,
    consumer: &str,
    poison: &Poison,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into work.parked_streams (consumer, stream_id, kind, first_position, error) values ($1, $2, $3, $4, $5) \
         on conflict do nothing",
    )
    .bind(consumer)
    .bind(poison.stream_id)
    .bind(&poison.kind)
    .bind(poison.position)
    .bind(&poison.error)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes events that were passed by.
pub(super) async fn pass_by(
    connection: &mut PgConnection,
    consumer: &str,
    passed: &[Passed],
) -> Result<(), sqlx::Error> {
    if passed.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into work.parked_events (consumer, stream_id, version, position) \
         select $1, * from unnest($2::uuid[], $3::int[], $4::bigint[]) on conflict do nothing",
    )
    .bind(consumer)
    .bind(passed.iter().map(|event| event.stream_id).collect::<Vec<_>>())
    .bind(passed.iter().map(|event| event.version).collect::<Vec<_>>())
    .bind(passed.iter().map(|event| event.position).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// The streams of a batch that are among these.
pub(super) fn touched(batch: &Batch, streams: &HashSet<Uuid>) -> Vec<Uuid> {
    if streams.is_empty() {
        return Vec::new();
    }
    let events = batch.events.iter().map(|event| event.stream_id);
    let all = events.chain(batch.poison.iter().map(|poison| poison.stream_id));
    let mut found: Vec<Uuid> = all.filter(|id| streams.contains(id)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
