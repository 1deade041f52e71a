//! Putting a task on hold and resuming it.

use domain::task::TaskState;
use domain::{TaskId, Text};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Lets a task rest. What is left of its step's time is kept.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task.
    pub async fn hold_task(
        &self,
        ctx: &Context,
        task: TaskId,
        reason: Option<Text>,
    ) -> Result<Committed<TaskState>, CommandError> {
        let by = self.asker(ctx).await?;
        self.change_task(ctx, task, TaskChange::Hold { by, reason }).await
    }

    /// Lets a task go on.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task.
    pub async fn resume_task(
        &self,
        ctx: &Context,
        task: TaskId,
    ) -> Result<Committed<TaskState>, CommandError> {
        let by = self.asker(ctx).await?;
        self.change_task(ctx, task, TaskChange::Resume { by }).await
    }
}
