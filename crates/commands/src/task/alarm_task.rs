//! Telling what of a step's time is over.

use domain::{TaskId, Timestamp};

use super::decide::TaskChange;
use crate::core::{Commands, derive_command_id};
use crate::{CommandError, Context};

impl Commands {
    /// Tells what of the time of a task's step is over by now and was not told; returns when there
    /// is more to tell. A second call tells nothing.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or the store's.
    pub async fn alarm_task(
        &self,
        ctx: &Context,
        task: TaskId,
    ) -> Result<Option<Timestamp>, CommandError> {
        let current = self.task(task).await?.ok_or(CommandError::NotFound)?;
        // What else is told under the same cause later is a command of its own.
        let version = u64::try_from(current.version).unwrap_or_default();
        let secrets = self.store.secrets();
        let id = derive_command_id(secrets, ctx.command_id, "alarm", version);
        let told = self.change_if_needed(&ctx.with_command(id), task, TaskChange::Alarm).await?;
        let state = told.map_or(current.state, |told| told.state);
        Ok(state.task().and_then(|task| task.next_alarm()))
    }
}
