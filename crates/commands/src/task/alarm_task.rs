//! Telling what of a step's time is over.

use domain::{TaskId, Timestamp};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Context};

impl Commands {
    /// Tells what of the time of a task's step is over by now and was not told; returns when there
    /// is more to tell. Where nobody was found for the step it looks again: whoever found nobody may
    /// have stopped before it could. A second call tells nothing.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or the store's.
    pub async fn alarm_task(
        &self,
        ctx: &Context,
        task: TaskId,
    ) -> Result<Option<Timestamp>, CommandError> {
        let mut current = self.task(task).await?.ok_or(CommandError::NotFound)?.state;
        let waits = current.unended().is_ok_and(|task| task.waiting.is_some());
        let assign = waits.then_some(("assign", TaskChange::Assign));
        for (part, change) in assign.into_iter().chain([("alarm", TaskChange::Alarm)]) {
            let ctx = self.ctx_for(ctx, part, task).await?;
            match self.change_if_needed(&ctx, task, change).await {
                Ok(Some(told)) => current = told.state,
                // Nothing was to be told, or it ended meanwhile.
                Ok(None) | Err(CommandError::Task(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(current.task().and_then(|task| task.next_alarm()))
    }
}
