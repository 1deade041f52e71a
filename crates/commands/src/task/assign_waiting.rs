//! Giving what waited to those who have come.

use domain::rotation::Candidates;
use domain::task::TaskState;
use domain::{RoleId, TaskId};
use uuid::Uuid;

use super::claims::TASK_WAITING;
use super::decide::TaskChange;
use crate::core::{Commands, MaxAge, unpair};
use crate::{CommandError, Context};

/// Tasks looked at together.
const PAGE: i64 = 500;

impl Commands {
    /// Gives up to `most` of the tasks that wait for somebody of a work role to those who can be found
    /// by now, the oldest first; returns how many were given. If that is `most`, there may be more.
    ///
    /// # Errors
    /// The store's. What was given stays so, and a repeat gives the others.
    pub async fn assign_waiting(
        &self,
        ctx: &Context,
        role: RoleId,
        most: usize,
    ) -> Result<usize, CommandError> {
        let mut given = 0;
        let mut after = role.uuid().as_bytes().to_vec();
        loop {
            let page =
                self.claims_after(TASK_WAITING, role.uuid().as_bytes(), &after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(given) };
            after.clone_from(last);
            // Ids of tasks begin with the time of their tickets.
            let tasks: Vec<Uuid> =
                page.iter().filter_map(|(key, _)| unpair(key).map(|(_, task)| task)).collect();
            for id in self.to_look_at(role, &tasks).await? {
                if given >= most {
                    return Ok(given);
                }
                let ctx = self.ctx_for(ctx, "assign", id).await?;
                let done = match self.change_if_needed(&ctx, id, TaskChange::Assign).await {
                    // It ended meanwhile.
                    Err(CommandError::Task(_)) => None,
                    other => other?,
                };
                let assigned = done.and_then(|done| done.state.task()?.assignee);
                given += usize::from(assigned.is_some());
            }
        }
    }

    /// Those of the tasks for which somebody can be found, or nobody for another reason than was said:
    /// a task that waits for the people of one department is not looked at for each of another.
    async fn to_look_at(&self, role: RoleId, tasks: &[Uuid]) -> Result<Vec<TaskId>, CommandError> {
        let among = self.holders(role, MaxAge::Now, self.ambient().now()).await?;
        let states = self.load_each::<TaskState>(tasks, MaxAge::Now).await?;
        let concerned = |state: &TaskState| {
            let waiting = state.task()?.waiting.as_ref()?;
            let found = Candidates::of(&among.holders, waiting.scope.department.as_ref());
            Some(found.map_or_else(|why| why != waiting.why, |_| true))
        };
        let tasks = tasks.iter().zip(&states);
        let concerned = tasks.filter(|(_, found)| concerned(&found.state) == Some(true));
        Ok(concerned.map(|(id, _)| TaskId(*id)).collect())
    }
}
