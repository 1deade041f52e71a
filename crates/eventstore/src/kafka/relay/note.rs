//! What Postgres knows of the relay: for those who wait until their writes are to be seen, and for `status`.

use sqlx::{PgPool, Row};

use super::resume::Resume;
use crate::{EventStore, Held, StoreError};

/// The number of partitions that the topics of this log were made with; `None` before the first start.
pub(super) async fn recorded_partitions(pool: &PgPool) -> Result<Option<i32>, StoreError> {
    let row = sqlx::query("select partitions from work.relay").fetch_optional(pool).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Forgets what was published and with how many partitions. Whoever calls it holds the lease of the relay.
pub async fn forget_relay(store: &EventStore) -> Result<(), StoreError> {
    let mut transaction = store.pool().begin().await?;
    for sql in ["delete from work.relay", "delete from work.relayed"] {
        sqlx::query(sql).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// Notes how far the log is on Kafka, and tells those who wait. Never goes back, for others count on it; what was noted
/// up to the position `since` is left alone. `false` when the lease is no longer this one, and nothing is noted.
pub(super) async fn note(
    pool: &PgPool,
    lease: &Held,
    partitions: i32,
    resume: &Resume,
    since: i64,
) -> Result<bool, StoreError> {
    let (mut kinds, mut numbers, mut positions) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, number, position) in resume.all().filter(|(_, _, position)| *position > since) {
        kinds.push(kind);
        numbers.push(number);
        positions.push(position);
    }
    let noted = sqlx::query(
        "with held as (select from work.leases where name = $1 and epoch = $2), \
         parts as ( \
             insert into work.relayed as old (kind, partition_no, position) \
             select part.* from held, unnest($5::text[], $6::int[], $7::bigint[]) as part \
             on conflict (kind, partition_no) do update set position = excluded.position \
             where old.position < excluded.position), \
         relay as ( \
             insert into work.relay as old (position, partitions, updated_at) \
             select $3, $4, now() from held \
             on conflict (one) do update set updated_at = now(), \
                 position = greatest(old.position, excluded.position) \
             returning position) \
         select pg_notify('docket_relay', position::text) from relay",
    )
    .bind(&lease.name)
    .bind(lease.epoch)
    .bind(resume.position)
    .bind(partitions)
    .bind(&kinds)
    .bind(&numbers)
    .bind(&positions)
    .fetch_optional(pool)
    .await?;
    Ok(noted.is_some())
}
