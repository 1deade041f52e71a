//! Acting on a task.

use domain::task::TaskState;
use domain::workflow::ActionId;
use domain::{TaskId, Text};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Takes an action of a task's current step. Whoever does the next step is found, or its system
    /// asked, in the same append, and an end sets the ticket's status there. `seen` is the visit at
    /// which the person saw the task; without it, the one at which this finds it.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task, which names what can be done.
    pub async fn act_on_task(
        &self,
        ctx: &Context,
        task: TaskId,
        action: ActionId,
        seen: Option<u32>,
        comment: Option<Text>,
    ) -> Result<Committed<TaskState>, CommandError> {
        let by = self.person(ctx).await?;
        self.change_task(ctx, task, TaskChange::Act { by, action, seen, comment }).await
    }
}
