//! Giving what waited to those who have come.

use domain::{RoleId, TaskId};

use super::claims::TASK_WAITING;
use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Context};

impl Commands {
    /// Gives the tasks that wait for somebody of a work role to those who can be found by now, the
    /// oldest first; returns how many were given.
    ///
    /// # Errors
    /// The store's. What was given stays so, and a repeat gives the others.
    pub async fn assign_waiting(&self, ctx: &Context, role: RoleId) -> Result<usize, CommandError> {
        let mut given = 0;
        // Ids of tasks begin with the time of their tickets.
        for (_, task) in self.claims(TASK_WAITING, role.uuid().as_bytes()).await? {
            let id = TaskId(task);
            let ctx = self.ctx_for(ctx, "assign", id).await?;
            let done = match self.change_if_needed(&ctx, id, TaskChange::Assign).await {
                // It ended meanwhile.
                Err(CommandError::Task(_)) => None,
                other => other?,
            };
            let assigned = done.and_then(|done| done.state.task()?.assignee);
            given += usize::from(assigned.is_some());
        }
        Ok(given)
    }
}
