//! What is asked of tasks.

use domain::task::{AvailableAction, TaskState, available_actions};
use domain::{RoleId, TaskId, TicketId};

use super::claims::{TASK_RUN, TASK_WAITING};
use crate::core::{Commands, MaxAge, Versioned, unpair};
use crate::{CommandError, Context};

/// The last run of a workflow on a ticket.
pub(super) struct LastRun {
    pub(super) id: TaskId,
    pub(super) task: Versioned<TaskState>,
}

impl Commands {
    /// A task as it is now, running or ended; none when there is no such task.
    ///
    /// # Errors
    /// The store's.
    pub async fn task(&self, task: TaskId) -> Result<Option<Versioned<TaskState>>, CommandError> {
        self.forget_erased().await?;
        let loaded = self.load::<TaskState>(task.uuid(), MaxAge::Now).await?;
        Ok(loaded.state.task().is_some().then_some(loaded))
    }

    /// A task as it is now, and what the one who asks can do to it: nothing, if others do its step.
    ///
    /// # Errors
    /// [`CommandError::NotFound`].
    pub async fn available_actions(
        &self,
        ctx: &Context,
        task: TaskId,
    ) -> Result<(Versioned<TaskState>, Vec<AvailableAction>), CommandError> {
        let loaded = self.task(task).await?.ok_or(CommandError::NotFound)?;
        let known = loaded.state.known()?;
        let actions = if self.person(ctx).await?.may_work_on(known) {
            let matched = &known.matched;
            available_actions(known, &*self.definition(matched.workflow, matched.version).await?)
        } else {
            vec![]
        };
        Ok((loaded, actions))
    }

    /// The task of a ticket that has not ended, if there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn running_task(&self, ticket: TicketId) -> Result<Option<TaskId>, CommandError> {
        let last = self.last_run(ticket).await?;
        Ok(last.filter(|last| last.task.state.unended().is_ok()).map(|last| last.id))
    }

    /// The last task of a ticket as it is now, running or ended.
    pub(super) async fn last_run(&self, ticket: TicketId) -> Result<Option<LastRun>, CommandError> {
        let claim = self.last_claim(TASK_RUN, ticket.uuid().as_bytes()).await?;
        let Some((_, id)) = claim else { return Ok(None) };
        let task = self.load::<TaskState>(id, MaxAge::Now).await?;
        Ok(Some(LastRun { id: TaskId(id), task }))
    }

    /// How many tasks wait until somebody can be found for them.
    ///
    /// # Errors
    /// The store's.
    pub async fn tasks_waiting_count(&self) -> Result<i64, CommandError> {
        let count = sqlx::query_scalar("select count(*) from log.claims where kind = $1")
            .bind(TASK_WAITING)
            .fetch_one(self.store.pool())
            .await?;
        Ok(count)
    }

    /// The tasks that wait until somebody can be found for them, and whose work role they wait for.
    ///
    /// # Errors
    /// The store's.
    pub async fn tasks_waiting(&self) -> Result<Vec<(RoleId, TaskId)>, CommandError> {
        let claims = self.claims(TASK_WAITING, &[]).await?;
        let pair = |key: &Vec<u8>| unpair(key).map(|(role, task)| (RoleId(role), TaskId(task)));
        Ok(claims.iter().filter_map(|(key, _)| pair(key)).collect())
    }
}
