//! Calling others in.

use domain::task::TaskState;
use domain::{TaskId, Text};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Escalates a task, as a person asks.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task.
    pub async fn escalate_task(
        &self,
        ctx: &Context,
        task: TaskId,
        comment: Option<Text>,
    ) -> Result<Committed<TaskState>, CommandError> {
        let by = self.asker(ctx).await?;
        self.change_task(ctx, task, TaskChange::Escalate { by, comment }).await
    }
}
