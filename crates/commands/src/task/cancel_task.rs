//! Ending a task from outside.

use domain::task::{CancelReason, TaskState};
use domain::{TaskId, Text};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Ends a task, as a person asks. Who may ask is decided before, by the caller.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task: it came to an end of its workflow.
    pub async fn cancel_task(
        &self,
        ctx: &Context,
        task: TaskId,
        comment: Option<Text>,
    ) -> Result<Committed<TaskState>, CommandError> {
        let why = CancelReason::ByPerson;
        self.change_task(ctx, task, TaskChange::Cancel { why, comment }).await
    }
}
