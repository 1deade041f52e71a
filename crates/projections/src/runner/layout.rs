//! Checkpoints of a consumer: one for the whole log, or one per topic partition; and the way from one to the other.

use std::collections::HashMap;

use eventstore::kafka::partition_of;
use eventstore::{Checkpoint, EventFilter, Partition, StoredEvent};
use sqlx::postgres::PgConnection;
use sqlx::{PgPool, Row};

use super::read::{Batch, Span, open_wanted};
use super::{BATCH, Fold, Runner};
use crate::ProjectionError;

/// How the checkpoints of a consumer are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One, for all of the log.
    Log,
    /// One per partition of each topic.
    Topics,
}

/// The name of the one checkpoint.
pub(super) const LOG: &str = "log";

/// What there is now; none when the views were never prepared.
pub(super) async fn found(
    connection: &mut PgConnection,
    consumer: &str,
) -> Result<Option<Layout>, sqlx::Error> {
    let row = sqlx::query(
        "select count(*) > 0, coalesce(bool_or(partition = 'log'), false) from work.checkpoints where consumer = $1",
    )
    .bind(consumer)
    .fetch_one(connection)
    .await?;
    Ok(match (row.get(0), row.get(1)) {
        (false, _) => None,
        (true, true) => Some(Layout::Log),
        (true, false) => Some(Layout::Topics),
    })
}

/// The checkpoints of these partitions, made where a topic partition has none yet.
///
/// # Errors
/// [`ProjectionError::OtherLayout`] when they are kept in another way by now.
pub(super) async fn checkpoints(
    pool: &PgPool,
    consumer: &'static str,
    layout: Layout,
    partitions: &[Partition],
) -> Result<Vec<(Partition, Checkpoint)>, ProjectionError> {
    let mut transaction = pool.begin().await?;
    lock(&mut transaction, consumer).await?;
    if found(&mut transaction, consumer).await? != Some(layout) {
        return Err(ProjectionError::OtherLayout { consumer });
    }
    let names: Vec<String> = partitions.iter().map(ToString::to_string).collect();
    if layout == Layout::Topics {
        add_missing(&mut transaction, consumer, &names).await?;
    }
    let rows = sqlx::query(
        "select partition, position, hint from work.checkpoints where consumer = $1 and partition = any($2)",
    )
    .bind(consumer)
    .bind(&names)
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let found: HashMap<String, Checkpoint> = rows
        .iter()
        .map(|row| (row.get(0), Checkpoint { position: row.get(1), hint: row.get(2) }))
        .collect();
    let known = |(partition, name): (&Partition, &String)| {
        found.get(name).map(|checkpoint| (partition.clone(), *checkpoint))
    };
    Ok(partitions.iter().zip(&names).filter_map(known).collect())
}

/// Keeps the layout as it is for all others, until the transaction ends. To be taken before any checkpoint is locked.
pub(crate) async fn lock(connection: &mut PgConnection, consumer: &str) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('docket checkpoints ' || $1, 0))")
        .bind(consumer)
        .execute(connection)
        .await
        .map(drop)
}

/// Checkpoints at 0 where there are none yet.
async fn add_missing(
    connection: &mut PgConnection,
    consumer: &str,
    names: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into work.checkpoints (consumer, partition, position, generation) \
         select $1, p, 0, (select max(generation) from work.checkpoints where consumer = $1) \
         from unnest($2::text[]) as p on conflict do nothing",
    )
    .bind(consumer)
    .bind(names)
    .execute(connection)
    .await
    .map(drop)
}

impl<F: Fold> Runner<F> {
    /// From one checkpoint to one per topic partition, all at the same position.
    pub(super) async fn split(&mut self, partitions: i32) -> Result<(), ProjectionError> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction, self.consumer).await?;
        let row = sqlx::query(
            "delete from work.checkpoints where consumer = $1 and partition = 'log' returning position, generation",
        )
        .bind(self.consumer)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            // Another process did it. Kinds of streams may be newer than that.
            add_missing(&mut transaction, self.consumer, &names::<F>(partitions)).await?;
            return Ok(transaction.commit().await?);
        };
        let (position, generation): (i64, i64) = (row.get(0), row.get(1));
        sqlx::query(
            "insert into work.checkpoints (consumer, partition, position, generation) \
             select $1, p, $3, $4 from unnest($2::text[]) as p",
        )
        .bind(self.consumer)
        .bind(names::<F>(partitions))
        .bind(position)
        .bind(generation)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        tracing::info!(
            consumer = self.consumer,
            position,
            partitions,
            "the views have a checkpoint per partition now"
        );
        Ok(())
    }

    /// From one checkpoint per topic partition to a single one: brings all to one position, out of the log.
    pub(super) async fn join(&mut self) -> Result<(), ProjectionError> {
        let Some(mut positions) = self.positions_to_join().await? else { return Ok(()) };
        // After the positions: who parks something moves them as well, and we then do not.
        self.begin().await?;
        let head = self.store.head().await?.position;
        let mut from = positions.values().copied().min().unwrap_or(0);
        while from < head {
            let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
            let mut read = self.store.read_after(from, limit, &EventFilter::default()).await?;
            let Some(through) = read.last().map(|event| event.position) else { break };
            read.retain(|event| !is_folded(event, &positions));
            let (events, poison) = open_wanted::<F>(&self.store, read).await?;
            let mut spans = Vec::new();
            for (partition, position) in &mut positions {
                if *position < through {
                    let partition = partition.clone();
                    spans.push(Span { partition, after: *position, through, hint: None });
                    *position = through;
                }
            }
            self.apply(&Batch { spans, events, poison }).await?;
            from = through;
        }
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction, self.consumer).await?;
        if found(&mut transaction, self.consumer).await? != Some(Layout::Topics) {
            return Ok(());
        }
        let rows = sqlx::query(
            "delete from work.checkpoints where consumer = $1 returning position, generation",
        )
        .bind(self.consumer)
        .fetch_all(&mut *transaction)
        .await?;
        let (position, generation) = rows
            .iter()
            .map(|row| (row.get::<i64, _>(0), row.get::<i64, _>(1)))
            .min()
            .unwrap_or_default();
        if rows.iter().any(|row| row.get::<i64, _>(0) != position) {
            // Somebody else moves them.
            let (consumer, expected) = (F::GROUP.consumer(), position);
            return Err(ProjectionError::OtherOwner { consumer, expected });
        }
        sqlx::query(
            "insert into work.checkpoints (consumer, partition, position, generation) values ($1, 'log', $2, $3)",
        )
        .bind(self.consumer)
        .bind(position)
        .bind(generation)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        tracing::info!(
            consumer = self.consumer,
            position,
            "there is one checkpoint for all of the log now"
        );
        Ok(())
    }

    /// The checkpoints of all topic partitions, each as far as is known without folding; none when another process has
    /// joined them.
    async fn positions_to_join(&self) -> Result<Option<HashMap<String, i64>>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction, self.consumer).await?;
        if found(&mut transaction, self.consumer).await? != Some(Layout::Topics) {
            return Ok(None);
        }
        let there = self.positions(&mut transaction).await?;
        // Kinds of streams that are newer than the others.
        let partitions = partitions_of(there.keys()).unwrap_or(1);
        add_missing(&mut transaction, self.consumer, &names::<F>(partitions)).await?;
        // Where nothing more was published, there is nothing to fold up to where the relay is.
        sqlx::query(
            "update work.checkpoints c set position = r.position from work.relay r \
             where c.consumer = $1 and c.position < r.position and c.position >= coalesce((select p.position \
                 from work.relayed p where c.partition = p.kind || '/' || p.partition_no), 0)",
        )
        .bind(self.consumer)
        .execute(&mut *transaction)
        .await?;
        let positions = self.positions(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Some(positions))
    }

    async fn positions(
        &self,
        connection: &mut PgConnection,
    ) -> Result<HashMap<String, i64>, sqlx::Error> {
        let rows =
            sqlx::query("select partition, position from work.checkpoints where consumer = $1")
                .bind(self.consumer)
                .fetch_all(connection)
                .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

/// All topic partitions of a consumer.
fn names<F: Fold>(partitions: i32) -> Vec<String> {
    let of_kind = |kind: &&'static str| {
        let kind = *kind;
        (0..partitions).map(move |number| format!("{kind}/{number}"))
    };
    F::GROUP.kinds().iter().flat_map(of_kind).collect()
}

fn number(partition: &str) -> Option<i32> {
    match partition.parse() {
        Ok(Partition::Topic { number, .. }) => Some(number),
        Ok(Partition::Log) | Err(_) => None,
    }
}

/// The number of topic partitions that these checkpoints are of; none when there is but one for the log.
fn partitions_of<'a>(names: impl IntoIterator<Item = &'a String>) -> Option<i32> {
    names.into_iter().filter_map(|name| number(name)).max().map(|number| number + 1)
}

/// Whether a consumer at these checkpoints has folded an event.
pub(super) fn is_folded(event: &StoredEvent, checkpoints: &HashMap<String, i64>) -> bool {
    let reached = match partitions_of(checkpoints.keys()) {
        None => checkpoints.get(LOG),
        Some(partitions) => {
            let number = partition_of(event.stream_id, partitions);
            checkpoints.get(&format!("{}/{number}", event.kind))
        }
    };
    reached.is_some_and(|reached| event.position <= *reached)
}
