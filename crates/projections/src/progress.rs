//! How far the views are, and waiting for them.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sqlx::{PgPool, Row};
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, sleep, timeout_at};

use crate::QueryError;
use crate::schema::Group;

/// The consumer name of all views but search.
pub(crate) const VIEWS: &str = "views";
/// The consumer name of the search tables.
pub(crate) const SEARCH: &str = "search";

/// How often the checkpoints are looked at when another process projects.
const POLL: Duration = Duration::from_millis(15);

/// How long a projector of this process is relied on before the checkpoints are looked at all the same.
const RELY: Duration = Duration::from_millis(500);

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
    looked: Arc<Mutex<i64>>,
}

impl Default for Reached {
    fn default() -> Self {
        Self {
            position: Arc::new(watch::Sender::new(None)),
            wanted: Arc::new(Notify::new()),
            looked: Arc::new(Mutex::new(0)),
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
        // Another process may project as well, or instead: its checkpoints are the truth.
        let found = here.look(pool, group, wanted, deadline).await?.max(known.unwrap_or(0));
        if found >= wanted {
            return Ok(());
        }
        here.wanted.notify_one();
        if Instant::now() >= deadline {
            return Err(QueryError::Behind { wanted, reached: found });
        }
        let pause = if known.is_some() { RELY } else { POLL };
        let until = deadline.min(Instant::now() + pause);
        // A projector that ended leaves the looking.
        if let Ok(Err(_)) = timeout_at(until, moves.changed()).await {
            sleep(POLL).await;
        }
    }
}

impl Reached {
    /// Looks at the checkpoints, unless somebody else just found them far enough.
    async fn look(
        &self,
        pool: &PgPool,
        group: Group,
        wanted: i64,
        deadline: Instant,
    ) -> Result<i64, QueryError> {
        let Ok(mut looked) = timeout_at(deadline, self.looked.lock()).await else {
            return Ok(0);
        };
        if *looked < wanted {
            *looked = reached(pool, group).await?;
        }
        Ok(*looked)
    }
}

/// Up to which position of the log a consumer has done everything.
///
/// With one checkpoint that is it. With one per topic partition it is the lowest one behind what the relay has
/// published in that partition; when none is behind, the position of the relay, or of the checkpoints where the relay
/// began later.
pub(crate) async fn reached(pool: &PgPool, group: Group) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "select coalesce( \
             (select position from work.checkpoints where consumer = $1 and partition = 'log'), \
             (select min(coalesce(c.position, 0)) from work.relayed r left join work.checkpoints c \
                  on c.consumer = $1 and c.partition = r.kind || '/' || r.partition_no \
              where r.kind = any($2) and coalesce(c.position, 0) < r.position), \
             (select greatest(r.position, (select min(position) from work.checkpoints where consumer = $1)) \
              from (select coalesce((select position from work.relay), 0)) as r(position)), 0)",
    )
    .bind(group.consumer())
    .bind(group.kinds())
    .fetch_one(pool)
    .await?;
    Ok(row.get(0))
}
