//! How far a consumer is, in one number: the one definition for those who wait and for those who watch.

use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, PgPool, Row};

use crate::decoded::KINDS;
use crate::schema::Group;

/// What `with` begins a query with to have `reached (consumer, partitions, position)`: of one consumer, `$2`, or of all
/// where that is null. `$1` are the kinds of streams.
///
/// A consumer with one checkpoint is where that is. One with a checkpoint per topic partition has seen all up to where
/// the relay is, unless some partition has more for it: then it is at the last thing it saw there. Where Kafka was
/// taken up later than the consumer, its checkpoints may be further than the relay.
///
/// What is no partition of the log, as what other systems send, is left out: its positions are not the log's.
pub(crate) const REACHED: &str = "
checkpoint as (
    select consumer, partition, position, split_part(partition, '/', 1) as kind
    from work.checkpoints
    where ($2::text is null or consumer = $2)
      and (partition = 'log' or split_part(partition, '/', 1) = any($1))
), laid as (
    select consumer, max(position) filter (where partition = 'log') as whole, min(position) as least,
           count(*) as partitions
    from checkpoint group by consumer
), behind as (
    select kinds.consumer, min(coalesce(c.position, 0)) as position
    from (select distinct consumer, kind from checkpoint where partition <> 'log') kinds
    join work.relayed r on r.kind = kinds.kind
    left join checkpoint c on c.consumer = kinds.consumer and c.partition = r.kind || '/' || r.partition_no
    where coalesce(c.position, 0) < r.position
    group by kinds.consumer
), reached as (
    select laid.consumer, laid.partitions,
           coalesce(laid.whole, behind.position,
                    greatest(coalesce((select position from work.relay), 0), laid.least)) as position
    from laid left join behind on behind.consumer = laid.consumer
)";

static ONE: LazyLock<String> =
    LazyLock::new(|| format!("with {REACHED} select position from reached"));

/// Up to which position of the log a group of views shows everything; 0 where there are none.
pub(crate) async fn reached(pool: &PgPool, group: Group) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(AssertSqlSafe(ONE.as_str()))
        .bind(KINDS)
        .bind(group.consumer())
        .fetch_optional(pool)
        .await?;
    Ok(row.map_or(0, |row| row.get(0)))
}
