//! Telling what of a step's time is over.

use std::sync::Arc;

use domain::task::{TaskState, sla_alarms_due};
use domain::{TaskId, Timestamp};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

/// How a task stands, just after what was due was told.
#[derive(Debug, Clone)]
pub struct Alarmed {
    /// The task.
    pub state: Arc<TaskState>,
    /// Its version, for [`Commands::set_timer`].
    pub version: i32,
    /// When there is more to tell, if nothing happens; none if there never is.
    pub next_at: Option<Timestamp>,
}

impl Commands {
    /// Tells what of the time of a task's step is over by now and was not told; says when there is
    /// more to tell. Where nobody was found for the step it looks again: whoever found nobody may
    /// have stopped before it could. A second call tells nothing.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or the store's.
    pub async fn alarm_task(&self, ctx: &Context, task: TaskId) -> Result<Alarmed, CommandError> {
        let seen = self.task(task).await?.ok_or(CommandError::NotFound)?;
        let (mut state, mut version) = (seen.state, seen.version);
        // Most are asked about for nothing: that costs no more than the look at the task.
        if state.unended().is_ok_and(|task| task.waiting.is_some())
            && let Some(done) = self.tell_task(ctx, task, "assign", TaskChange::Assign).await?
        {
            (state, version) = (done.state, done.version);
        }
        if !sla_alarms_due(&state, self.ambient().now()).is_empty()
            && let Some(done) = self.tell_task(ctx, task, "alarm", TaskChange::Alarm).await?
        {
            (state, version) = (done.state, done.version);
        }
        let next_at = state.task().and_then(|task| task.next_alarm());
        Ok(Alarmed { state, version, next_at })
    }

    /// None where there was nothing to tell, or the task ended meanwhile.
    async fn tell_task(
        &self,
        ctx: &Context,
        task: TaskId,
        part: &str,
        change: TaskChange,
    ) -> Result<Option<Committed<TaskState>>, CommandError> {
        let ctx = self.ctx_for(ctx, part, task).await?;
        match self.change_if_needed(&ctx, task, change).await {
            Err(CommandError::Task(_)) => Ok(None),
            told => told,
        }
    }
}
