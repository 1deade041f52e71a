//! How far the views are, and waiting for them.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sqlx::{PgPool, Row};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout_at};

use crate::QueryError;

/// The consumer name of all views but search.
pub(crate) const VIEWS: &str = "views";
/// The consumer name of the search tables.
pub(crate) const SEARCH: &str = "search";

/// How often the checkpoint is looked at when another process projects.
const POLL: Duration = Duration::from_millis(20);

/// What a query reads, and so what has to be up to date for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// All views but search.
    Views,
    /// The search tables as well.
    ViewsAndSearch,
}

/// How far the views are behind the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// Position of the last event of the log.
    pub head: i64,
    /// Position up to which all views but search are built.
    pub views: i64,
    /// Position up to which the search tables are built.
    pub search: i64,
}

/// The positions the projectors of this process have reached. Cheap to clone; hand the same one to the projectors
/// and to the queries. In a process without projectors it stays silent, and the queries look at the checkpoints.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub(crate) views: Reached,
    pub(crate) search: Reached,
}

/// How far one projector is, and the bell that those ring who wait for it.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub(crate) position: Arc<watch::Sender<Option<i64>>>,
    /// Rung by a reader who waits: a projector that gathers events stops gathering.
    pub(crate) wanted: Arc<Notify>,
}

impl Default for Reached {
    fn default() -> Self {
        Self { position: Arc::new(watch::Sender::new(None)), wanted: Arc::new(Notify::new()) }
    }
}

impl Progress {
    /// Waits until what `freshness` names has reached `position`.
    ///
    /// # Errors
    /// [`QueryError::Behind`] after `timeout`.
    pub(crate) async fn wait(
        &self,
        pool: &PgPool,
        freshness: Freshness,
        position: i64,
        timeout: Duration,
    ) -> Result<(), QueryError> {
        let deadline = Instant::now() + timeout;
        wait_for(pool, &self.views, VIEWS, position, deadline).await?;
        match freshness {
            Freshness::Views => Ok(()),
            Freshness::ViewsAndSearch => {
                wait_for(pool, &self.search, SEARCH, position, deadline).await
            }
        }
    }
}

async fn wait_for(
    pool: &PgPool,
    here: &Reached,
    consumer: &'static str,
    wanted: i64,
    deadline: Instant,
) -> Result<(), QueryError> {
    let mut moves = here.position.subscribe();
    loop {
        let known = *moves.borrow_and_update();
        if known.is_some_and(|reached| reached >= wanted) {
            return Ok(());
        }
        // Another process may project as well, or instead: its checkpoint is the truth.
        let reached = checkpoint(pool, consumer).await?.max(known.unwrap_or(0));
        if reached >= wanted {
            return Ok(());
        }
        here.wanted.notify_one();
        if Instant::now() >= deadline {
            return Err(QueryError::Behind { wanted, reached });
        }
        let pause = if known.is_some() { POLL * 25 } else { POLL };
        let until = deadline.min(Instant::now() + pause);
        // A projector that ended leaves the polling.
        if let Ok(Err(_)) = timeout_at(until, moves.changed()).await {
            sleep(POLL).await;
        }
    }
}

/// The position a consumer has reached; 0 when it has not begun.
pub(crate) async fn checkpoint(pool: &PgPool, consumer: &'static str) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "select position from work.checkpoints where consumer = $1 and partition = 'log'",
    )
    .bind(consumer)
    .fetch_optional(pool)
    .await?;
    Ok(row.map_or(0, |row| row.get(0)))
}
