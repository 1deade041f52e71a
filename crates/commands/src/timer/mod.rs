//! Timers: when somebody is to look at something again.
//!
//! A timer says when, and nothing of what to do: whoever is woken looks at how things stand then. So
//! one that goes off too early does no harm, and one that goes off too late is the only mistake
//! there can be. Hence [`Commands::set_timer`] is told which version of the stream the time was
//! computed from, and a late word that saw less changes nothing.

use domain::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::CommandError;
use crate::core::Commands;

/// What a timer wakes somebody for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// A ticket's clocks; the id is the ticket's.
    Sla,
    /// The limit of a task's step; the id is the task's.
    Task,
    /// The time another system has to answer; the id is the task's.
    External,
    /// The beginning or end of somebody's absence; the id is the user's.
    Away,
}

impl TimerKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sla, Self::Task, Self::External, Self::Away];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sla => "sla",
            Self::Task => "task",
            Self::External => "external",
            Self::Away => "away",
        }
    }

    /// The kind that is stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A timer that went off, and is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueTimer {
    /// What it was for.
    pub kind: TimerKind,
    /// Whom it was for.
    pub id: Uuid,
    /// When it was due.
    pub due_at: Timestamp,
    /// Names this one alarm: a key for what is done about it.
    pub token: Uuid,
}

impl Commands {
    /// Sets the timer of `id` to go off after `due_at`, or removes it. `seen` is the version of the
    /// stream that this was computed from; what was set by a later one stays. A time that is set
    /// already keeps its token.
    ///
    /// # Errors
    /// The store's.
    pub async fn set_timer(
        &self,
        kind: TimerKind,
        id: Uuid,
        due_at: Option<Timestamp>,
        seen: i32,
    ) -> Result<(), CommandError> {
        let Some(due_at) = due_at else {
            sqlx::query("delete from work.timers where kind = $1 and id = $2 and seen <= $3")
                .bind(kind.as_str())
                .bind(id)
                .bind(seen)
                .execute(self.store.pool())
                .await?;
            return Ok(());
        };
        // What stands there already is not written again.
        sqlx::query(
            "insert into work.timers as t (kind, id, due_at, seen, token) \
             values ($1, $2, $3, $4, $5) on conflict (kind, id) do update \
             set due_at = $3, seen = $4, \
             token = case when t.due_at = $3 then t.token else $5 end \
             where t.seen < $4 or (t.seen = $4 and t.due_at <> $3)",
        )
        .bind(kind.as_str())
        .bind(id)
        .bind(due_at)
        .bind(seen)
        .bind(self.ambient().uuid_v7())
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Takes up to `limit` timers that were due before `now`, the longest due first. They are gone
    /// when the transaction of `connection` is committed, and nobody else gets them meanwhile.
    /// Those of a kind that this version does not know stay.
    ///
    /// # Errors
    /// The store's.
    pub async fn due_timers(
        &self,
        connection: &mut PgConnection,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueTimer>, CommandError> {
        let rows = sqlx::query(
            "with due as (select kind, id from work.timers where due_at < $1 and kind = any ($2) \
             order by due_at limit $3 for update skip locked) \
             delete from work.timers t using due where t.kind = due.kind and t.id = due.id \
             returning t.kind, t.id, t.due_at, t.token",
        )
        .bind(now)
        .bind(TimerKind::ALL.map(TimerKind::as_str).as_slice())
        .bind(limit)
        .fetch_all(connection)
        .await?;
        let mut timers: Vec<DueTimer> = rows.iter().filter_map(timer).collect();
        timers.sort_by_key(|timer| timer.due_at);
        Ok(timers)
    }

    /// When the next timer is due; none if none is set.
    ///
    /// # Errors
    /// The store's.
    pub async fn next_timer(&self) -> Result<Option<Timestamp>, CommandError> {
        let next = sqlx::query_scalar(
            "select due_at from work.timers where kind = any ($1) order by due_at limit 1",
        )
        .bind(TimerKind::ALL.map(TimerKind::as_str).as_slice())
        .fetch_optional(self.store.pool())
        .await?;
        Ok(next)
    }
}

fn timer(row: &PgRow) -> Option<DueTimer> {
    // Only kinds that are known were asked for.
    let kind = TimerKind::parse(row.get("kind"))?;
    Some(DueTimer { kind, id: row.get("id"), due_at: row.get("due_at"), token: row.get("token") })
}
