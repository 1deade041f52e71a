//! How far the views are, and waiting for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, timeout_at};

use crate::QueryError;
use crate::reached::reached;
use crate::schema::Group;

/// The consumer name of all views but search.
pub(crate) const VIEWS: &str = "views";
/// The consumer name of the search tables.
pub(crate) const SEARCH: &str = "search";

/// How often the checkpoints are looked at when another process projects.
const POLL: Duration = Duration::from_millis(15);

/// How long a projector of this process is relied on before the checkpoints are looked at all the same.
const RELY: Duration = Duration::from_millis(500);

/// How long a look at the checkpoints is relied on. They never go back, but where the views are dropped.
const TRUST: Duration = Duration::from_secs(1);

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
    /// What the projector of this process has reached; none when it shares the work with others, or is not here.
    pub(crate) position: Arc<watch::Sender<Option<i64>>>,
    /// Rung by a reader who waits: a projector that gathers events stops gathering.
    pub(crate) wanted: Arc<Notify>,
    /// What was found when somebody last looked at the checkpoints: of all who wait, one looks.
    looked: Arc<Mutex<Option<Looked>>>,
    /// The generation of the checkpoints in which this process began to read from its source; -1 before.
    begun: Arc<AtomicI64>,
}

/// A look at the checkpoints.
#[derive(Debug, Clone, Copy)]
struct Looked {
    /// When it was begun.
    at: Instant,
    /// What they had reached.
    reached: i64,
}

impl Default for Reached {
    fn default() -> Self {
        Self {
            position: Arc::new(watch::Sender::new(None)),
            wanted: Arc::new(Notify::new()),
            looked: Arc::new(Mutex::new(None)),
            begun: Arc::new(AtomicI64::new(-1)),
        }
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
        wait_for(pool, &self.views, Group::Views, position, deadline).await?;
        match freshness {
            Freshness::Views => Ok(()),
            Freshness::ViewsAndSearch => {
                wait_for(pool, &self.search, Group::Search, position, deadline).await
            }
        }
    }
}

async fn wait_for(
    pool: &PgPool,
    here: &Reached,
    group: Group,
    wanted: i64,
    deadline: Instant,
) -> Result<(), QueryError> {
    let mut moves = here.position.subscribe();
    loop {
        let known = *moves.borrow_and_update();
        if known.is_some_and(|reached| reached >= wanted) {
            return Ok(());
        }
        here.wanted.notify_one();
        let rely = deadline.min(Instant::now() + RELY);
        if known.is_some() && matches!(timeout_at(rely, moves.changed()).await, Ok(Ok(()))) {
            continue;
        }
        // Another process may project as well, or instead: its checkpoints are the truth.
        let found = here.look(pool, group, wanted, deadline).await?.max(known.unwrap_or(0));
        if found >= wanted {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(QueryError::Behind { wanted, reached: found });
        }
        if known.is_none() {
            let poll = deadline.min(Instant::now() + POLL);
            drop(timeout_at(poll, moves.changed()).await);
        }
    }
}

impl Reached {
    /// Looks at the checkpoints, unless somebody else just did; 0 when there was no time to.
    async fn look(
        &self,
        pool: &PgPool,
        group: Group,
        wanted: i64,
        deadline: Instant,
    ) -> Result<i64, sqlx::Error> {
        let asked = Instant::now();
        let look = async {
            let mut looked = self.looked.lock().await;
            // What was looked up while we waited our turn is as good; so is what was, lately, far enough.
            if let Some(Looked { at, reached }) = *looked
                && (at >= asked || (reached >= wanted && at + TRUST > asked))
            {
                return Ok(reached);
            }
            let at = Instant::now();
            let reached = reached(pool, group).await?;
            *looked = Some(Looked { at, reached });
            Ok(reached)
        };
        timeout_at(deadline, look).await.unwrap_or(Ok(0))
    }

    /// This process begins to read from its source.
    pub(crate) fn begins(&self, generation: i64) {
        self.begun.store(generation, Ordering::Relaxed);
    }

    /// The tables were exchanged; nothing else has changed.
    pub(crate) fn goes_on(&self, before: i64, generation: i64) {
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        // Where it has not begun, it has not.
        self.begun.compare_exchange(before, generation, set, fetch).ok();
    }

    /// Whether this process has read from its source since the views were last made.
    pub(crate) fn has_begun(&self, generation: i64) -> bool {
        self.begun.load(Ordering::Relaxed) == generation
    }
}
