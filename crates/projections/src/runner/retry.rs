//! Folding what was parked, after a fix.

use eventstore::EventStore;
use sqlx::Row;
use uuid::Uuid;

use super::read::open_wanted;
use super::{BATCH, Fold, Runner};
use crate::ProjectionError;
use crate::decoded::Poison;
use crate::error::is_given_way;
use crate::progress::Reached;
use crate::search::Search;
use crate::views::Views;

/// What became of a parked stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retried {
    /// Whose it was: `views` or `search`.
    pub consumer: &'static str,
    /// The stream.
    pub stream_id: Uuid,
    /// Its kind.
    pub kind: String,
    /// How many of its events were folded now.
    pub folded: usize,
    /// How many are still parked; 0 when it goes on with all others.
    pub left: usize,
    /// Why, if any are.
    pub error: Option<String>,
}

/// Tries to fold all parked streams, or one, in order of position; tells of each as it goes. Projectors may run
/// meanwhile. Each stream is a transaction: what was folded before an event that still cannot be, stays folded.
///
/// # Errors
/// Those of the surroundings, and an event newer than this binary. Streams that are still poisoned are no errors.
pub async fn retry_parked(
    store: &EventStore,
    stream: Option<Uuid>,
    mut tell: impl FnMut(&Retried),
) -> Result<Vec<Retried>, ProjectionError> {
    let mut done = retry_group::<Views>(store, stream, &mut tell).await?;
    done.extend(retry_group::<Search>(store, stream, &mut tell).await?);
    Ok(done)
}

async fn retry_group<F: Fold>(
    store: &EventStore,
    stream: Option<Uuid>,
    tell: &mut impl FnMut(&Retried),
) -> Result<Vec<Retried>, ProjectionError> {
    let mut runner = Runner::<F>::new(store.clone(), Reached::default());
    runner.begin().await?;
    let rows = sqlx::query(
        "select stream_id, kind from work.parked_streams where consumer = $1 and ($2::uuid is null or stream_id = $2) \
         order by first_position",
    )
    .bind(runner.consumer)
    .bind(stream)
    .fetch_all(store.pool())
    .await?;
    let mut done = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(retried) = runner.retry_patiently(row.get(0), row.get(1)).await? {
            tell(&retried);
            done.push(retried);
        }
    }
    Ok(done)
}

impl<F: Fold> Runner<F> {
    /// Event by event, the rows that all share are not locked in the order of those who write batches: one of the two
    /// may be told to begin again.
    async fn retry_patiently(
        &mut self,
        stream_id: Uuid,
        kind: &str,
    ) -> Result<Option<Retried>, ProjectionError> {
        loop {
            match self.retry(stream_id, kind.to_owned()).await {
                Err(error) if is_given_way(&error) => {
                    tracing::warn!(%error, %stream_id, "gave way to a projector; trying again");
                    self.fold.failed();
                }
                done => return done,
            }
        }
    }

    /// Folds what is parked of one stream; none when another process did so first.
    async fn retry(
        &mut self,
        stream_id: Uuid,
        kind: String,
    ) -> Result<Option<Retried>, ProjectionError> {
        let pool = self.pool.clone();
        let mut transaction = pool.begin().await?;
        // From here on the projector of this stream waits for us when it comes to it.
        let held = sqlx::query(
            "select 1 from work.parked_streams where consumer = $1 and stream_id = $2 for update",
        )
        .bind(self.consumer)
        .bind(stream_id)
        .fetch_optional(&mut *transaction)
        .await?;
        if held.is_none() {
            return Ok(None);
        }
        let rows = sqlx::query(
            "select position from work.parked_events where consumer = $1 and stream_id = $2 order by version",
        )
        .bind(self.consumer)
        .bind(stream_id)
        .fetch_all(&mut *transaction)
        .await?;
        let positions: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        let mut poisoned: Option<Poison> = None;
        for page in positions.chunks(BATCH) {
            let stored = self.store.read_positions(page).await?;
            let (mut events, poison) = open_wanted::<F>(&self.store, stored).await?;
            if let Some(first) = poison.first() {
                events.retain(|event| event.version < first.version);
            }
            let unfolded = self.fold_parked(&mut transaction, &events).await?;
            poisoned = unfolded.or_else(|| poison.into_iter().next());
            if poisoned.is_some() {
                break;
            }
        }
        // What is remembered is of a transaction that others do not see yet.
        self.fold.failed();
        let left = match &poisoned {
            None => {
                sqlx::query(
                    "delete from work.parked_streams where consumer = $1 and stream_id = $2",
                )
                .bind(self.consumer)
                .bind(stream_id)
                .execute(&mut *transaction)
                .await?;
                0
            }
            Some(poison) => {
                sqlx::query(
                    "delete from work.parked_events where consumer = $1 and stream_id = $2 and version < $3",
                )
                .bind(self.consumer)
                .bind(stream_id)
                .bind(poison.version)
                .execute(&mut *transaction)
                .await?;
                sqlx::query(
                    "update work.parked_streams set first_position = $3, error = $4, tries = tries + 1, tried_at = now() \
                     where consumer = $1 and stream_id = $2",
                )
                .bind(self.consumer)
                .bind(stream_id)
                .bind(poison.position)
                .bind(&poison.error)
                .execute(&mut *transaction)
                .await?;
                positions.iter().filter(|position| **position >= poison.position).count()
            }
        };
        transaction.commit().await?;
        Ok(Some(Retried {
            consumer: self.consumer,
            stream_id,
            kind,
            folded: positions.len() - left,
            left,
            error: poisoned.map(|poison| poison.error),
        }))
    }
}
