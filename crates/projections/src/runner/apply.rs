//! One batch, one transaction: checkpoints, parked streams, views.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tokio::time::sleep;
use tracing::{error, warn};
use uuid::Uuid;

use super::layout;
use super::parking::{self, Passed};
use super::read::{Batch, Span};
use super::{Fold, REST, Runner, passes};
use crate::ProjectionError;
use crate::decoded::{Decoded, Poison};
use crate::error::is_in_the_data;

/// What became of the streams of a batch.
#[derive(Default)]
pub(super) struct Settled {
    /// Parked in this transaction.
    parked: Vec<Poison>,
    /// Parked before and not any more.
    released: Vec<Uuid>,
}

impl<F: Fold> Runner<F> {
    /// Applies a batch, and waits for surroundings that fail. An error in the data of an event parks its stream.
    pub(super) async fn apply(&mut self, batch: &Batch) -> Result<(), ProjectionError> {
        let mut care = Care::AllAtOnce;
        loop {
            let error = match self.try_apply(batch, care).await {
                Ok(settled) => {
                    self.committed(&settled);
                    return Ok(());
                }
                Err(error) => error,
            };
            self.fold.failed();
            if matches!(error, ProjectionError::OtherOwner { .. }) {
                self.look_who_moved(batch, error).await?;
            } else if is_in_the_data(&error) && care == Care::AllAtOnce {
                warn!(%error, consumer = F::GROUP.consumer(), "looking for the event that cannot be folded");
                care = Care::OneByOne;
            } else if passes(&error) {
                warn!(%error, consumer = F::GROUP.consumer(), "the views cannot be written; trying again");
                sleep(REST).await;
                if self.is_applied(batch).await {
                    // It may have parked something.
                    return self.begin().await;
                }
            } else {
                return Err(error);
            }
        }
    }

    /// After `error`, that the checkpoints are not where this batch begins: returns when it is to be tried again.
    async fn look_who_moved(
        &mut self,
        batch: &Batch,
        error: ProjectionError,
    ) -> Result<(), ProjectionError> {
        let before = self.generation;
        // Where the tables were exchanged, they are as far as the others were: what was remembered goes, nothing else.
        self.begin().await?;
        let found = layout::found(&mut *self.pool.acquire().await?, self.consumer).await?;
        if found != batch.layout() {
            return Err(ProjectionError::OtherLayout { consumer: self.consumer });
        }
        if self.generation == before {
            return Err(error);
        }
        self.reached.goes_on(before, self.generation);
        Ok(())
    }

    fn committed(&mut self, settled: &Settled) {
        self.fold.committed();
        for id in &settled.released {
            self.parked.remove(id);
        }
        for poison in &settled.parked {
            let Poison { stream_id, kind, position, error, .. } = poison;
            error!(%stream_id, kind, position, error, consumer = F::GROUP.consumer(), "parked a stream");
            self.parked.insert(*stream_id);
        }
        if !settled.parked.is_empty() {
            // When they are released, they will have moved on.
            self.fold.failed();
        }
    }

    /// Whether the checkpoints are where this batch was to take them: a commit whose answer was lost.
    async fn is_applied(&self, batch: &Batch) -> bool {
        let Ok(mut connection) = self.pool.acquire().await else { return false };
        let expected = batch.spans.iter().map(|span| Span { after: span.through, ..span.clone() });
        let expected: Vec<Span> = expected.collect();
        self.move_checkpoints(&mut connection, &expected).await.is_ok()
    }

    async fn try_apply(&mut self, batch: &Batch, care: Care) -> Result<Settled, ProjectionError> {
        let pool = self.pool.clone();
        let mut transaction = pool.begin().await?;
        // First, for the lock on it: a second owner waits here and then finds it moved.
        self.move_checkpoints(&mut transaction, &batch.spans).await?;
        let settled = self.fold_batch(&mut transaction, batch, care).await?;
        transaction.commit().await?;
        Ok(settled)
    }

    async fn move_checkpoints(
        &self,
        connection: &mut PgConnection,
        spans: &[Span],
    ) -> Result<(), ProjectionError> {
        let moved = sqlx::query(
            "update work.checkpoints c set position = n.through, hint = n.hint, updated_at = now() \
             from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) as n(partition, after, through, hint) \
             where c.consumer = $1 and c.partition = n.partition and c.position = n.after and c.generation = $6",
        )
        .bind(self.consumer)
        .bind(spans.iter().map(|span| span.partition.as_str()).collect::<Vec<_>>())
        .bind(spans.iter().map(|span| span.after).collect::<Vec<_>>())
        .bind(spans.iter().map(|span| span.through).collect::<Vec<_>>())
        .bind(spans.iter().map(|span| span.hint).collect::<Vec<_>>())
        .bind(self.generation)
        .execute(connection)
        .await?;
        if moved.rows_affected() == spans.len() as u64 {
            return Ok(());
        }
        let expected = spans.first().map_or(0, |span| span.after);
        Err(ProjectionError::OtherOwner { consumer: F::GROUP.consumer(), expected })
    }

    /// Folds a batch, passing by what is parked.
    pub(super) async fn fold_batch(
        &mut self,
        connection: &mut PgConnection,
        batch: &Batch,
        care: Care,
    ) -> Result<Settled, ProjectionError> {
        let mut settled = Settled::default();
        let mut parked = HashSet::new();
        let known = parking::touched(batch, &self.parked);
        if !known.is_empty() {
            parked = parking::still_parked(connection, self.consumer, &known).await?;
            settled.released.extend(known.into_iter().filter(|id| !parked.contains(id)));
        }
        let mut passed: Vec<Passed> = Vec::new();
        // The first event of each stream that cannot be read.
        let mut poisoned: HashMap<Uuid, i32> = HashMap::new();
        for poison in &batch.poison {
            passed.push(poison.into());
            if !parked.contains(&poison.stream_id) && !poisoned.contains_key(&poison.stream_id) {
                poisoned.insert(poison.stream_id, poison.version);
                settled.parked.push(poison.clone());
            }
        }
        let folds = |event: &Decoded| {
            !parked.contains(&event.stream_id)
                && poisoned.get(&event.stream_id).is_none_or(|first| event.version < *first)
        };
        let events: Cow<'_, [Decoded]> = if parked.is_empty() && poisoned.is_empty() {
            Cow::Borrowed(&batch.events)
        } else {
            passed.extend(batch.events.iter().filter(|event| !folds(event)).map(Passed::from));
            Cow::Owned(batch.events.iter().filter(|event| folds(event)).cloned().collect())
        };
        match care {
            Care::AllAtOnce if !events.is_empty() => self.fold.fold(connection, &events).await?,
            Care::AllAtOnce => {}
            Care::OneByOne => {
                self.fold_one_by_one(connection, &events, &mut settled, &mut passed).await?;
            }
        }
        // Of several in one stream the first one counts.
        settled.parked.sort_by_key(|poison| poison.position);
        for poison in &settled.parked {
            parking::park(connection, self.consumer, poison).await?;
        }
        parking::pass_by(connection, self.consumer, &passed).await?;
        Ok(settled)
    }

    /// Folds events one at a time, each undone by itself where it cannot be folded.
    async fn fold_one_by_one(
        &mut self,
        connection: &mut PgConnection,
        events: &[Decoded],
        settled: &mut Settled,
        passed: &mut Vec<Passed>,
    ) -> Result<(), ProjectionError> {
        let mut parked = HashSet::new();
        for event in events {
            if parked.contains(&event.stream_id) {
                passed.push(event.into());
                continue;
            }
            let mut savepoint = connection.begin().await?;
            match self.fold.fold(&mut savepoint, std::slice::from_ref(event)).await {
                Ok(()) => {
                    savepoint.commit().await?;
                    self.fold.committed();
                }
                Err(error) if is_in_the_data(&error) => {
                    savepoint.rollback().await?;
                    self.fold.failed();
                    parked.insert(event.stream_id);
                    passed.push(event.into());
                    settled.parked.push(Poison::of_decoded(event, &error));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Folds what was passed by of a parked stream, in order, within the caller's transaction; returns the event that
    /// still cannot be folded, and its error.
    pub(super) async fn fold_parked(
        &mut self,
        connection: &mut PgConnection,
        events: &[Decoded],
    ) -> Result<Option<Poison>, ProjectionError> {
        let mut settled = Settled::default();
        self.fold_one_by_one(connection, events, &mut settled, &mut Vec::new()).await?;
        Ok(settled.parked.into_iter().next())
    }

    /// The generation of what this consumer keeps.
    pub(super) async fn read_generation(&self) -> Result<i64, sqlx::Error> {
        let row = sqlx::query(
            "select coalesce(max(generation), 0) from work.checkpoints where consumer = $1",
        )
        .bind(self.consumer)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.get(0))
    }
}

/// How a batch is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// In a few statements for all of it.
    AllAtOnce,
    /// Event by event: slow, and only to find out which one it is.
    OneByOne,
}
