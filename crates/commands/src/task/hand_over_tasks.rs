//! Giving the tasks of somebody to others.

use domain::event::DomainEvent;
use domain::rotation::Presence;
use domain::task::{Task, TaskState, UnassignReason};
use domain::user::{self, User, UserEvent, UserState, UserStatus};
use domain::{RoleId, TaskId, Timestamp, UserId};

use super::claims::TASK_ASSIGNEE;
use super::decide::TaskChange;
use crate::core::{Commands, MaxAge, derive_command_id, unpair};
use crate::{CommandError, Context};

impl Commands {
    /// Gives to others what a user has and may or should not keep, as things are now: everything of
    /// somebody deactivated, or away with the wish to hand over; the steps of work roles that the
    /// user has lost since they were given. Returns how many tasks were taken. Where nobody else is found a task
    /// waits.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when there is no such user, or the store's. What was handed over
    /// stays so, and a repeat hands over the others.
    pub async fn hand_over_tasks(
        &self,
        ctx: &Context,
        user: UserId,
        why: UnassignReason,
    ) -> Result<usize, CommandError> {
        let record = self.load::<UserState>(user.uuid(), MaxAge::Now).await?;
        let known = record.state.user().ok_or(CommandError::NotFound)?;
        let now = self.ambient().now();
        let mut taken = 0;
        for (key, _) in self.claims(TASK_ASSIGNEE, user.uuid().as_bytes()).await? {
            let Some((_, task)) = unpair(&key) else { continue };
            let id = TaskId(task);
            let Some(loaded) = self.task(id).await? else { continue };
            let concerned = loaded
                .state
                .task()
                .is_some_and(|task| task.assignee == Some(user) && concerns(known, task, why, now));
            if !concerned || !self.is_taken(user, &loaded.state, why, id).await? {
                continue;
            }
            let ctx = self.ctx_for(ctx, "hand-over", id).await?;
            let change = TaskChange::HandOver { from: user, why };
            match self.change_if_needed(&ctx, id, change).await {
                Ok(done) => taken += usize::from(done.is_some()),
                // It ended meanwhile.
                Err(CommandError::Task(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// Whether a role was lost that the user held when given the task: an admin may give one to
    /// somebody who never held its role, and means it.
    async fn is_taken(
        &self,
        user: UserId,
        state: &TaskState,
        why: UnassignReason,
        id: TaskId,
    ) -> Result<bool, CommandError> {
        let role = state.task().and_then(|task| task.step.role);
        match (why, role) {
            (UnassignReason::RoleLost, Some(role)) => {
                let events = self.store.read_stream(id.uuid(), 0).await?;
                let given = events.iter().rev().find(|event| event.event_type == ASSIGNED);
                let given = given.map(|event| event.position);
                Ok(self.last_loss(user, role).await? > given)
            }
            (UnassignReason::RoleLost, None)
            | (UnassignReason::ByPerson | UnassignReason::Deactivated | UnassignReason::Away, _) => {
                Ok(true)
            }
        }
    }

    /// Where in the log a user last lost a work role.
    async fn last_loss(&self, user: UserId, role: RoleId) -> Result<Option<i64>, CommandError> {
        let stored = self.read_own::<UserState>(user.uuid(), 0).await?;
        let (mut state, mut lost) = (UserState::default(), None);
        let holds =
            |state: &UserState| state.user().is_some_and(|user| user.work_roles.contains(&role));
        for opened in self.store.open_events(stored).await? {
            let (name, schema) = (&opened.event_type, opened.schema_version);
            let event = UserEvent::from_parts(name, schema, opened.data)?;
            let held = holds(&state);
            state = user::evolve(state, &event, opened.occurred_at);
            if held && !holds(&state) {
                lost = Some(opened.position);
            }
        }
        Ok(lost)
    }

    /// The context of what is done to one task besides others: each has a command id of its own,
    /// which follows from the task as it is now, so that something else under the same cause later
    /// is no repeat.
    pub(super) async fn ctx_for(
        &self,
        ctx: &Context,
        part: &str,
        task: TaskId,
    ) -> Result<Context, CommandError> {
        let version = self.task(task).await?.map_or(0, |loaded| loaded.version);
        let secrets = self.store.secrets();
        let id = derive_command_id(secrets, ctx.command_id, part, version.unsigned_abs().into());
        let id = derive_command_id(secrets, id, &task.to_string(), 0);
        Ok(ctx.with_command(id))
    }
}

/// Whether a reason to take tasks from a user concerns this one.
fn concerns(user: &User, task: &Task, why: UnassignReason, now: Timestamp) -> bool {
    match why {
        UnassignReason::ByPerson => true,
        UnassignReason::Deactivated => user.status == UserStatus::Deactivated,
        UnassignReason::Away => {
            let hands_over = user.away.as_ref().is_some_and(|away| away.hand_over);
            hands_over && user.presence(now) == Presence::Away
        }
        UnassignReason::RoleLost => {
            task.step.role.is_some_and(|role| !user.work_roles.contains(&role))
        }
    }
}

/// The type of the event that gives a task to somebody.
const ASSIGNED: &str = "task.assigned";

#[cfg(test)]
mod tests {
    use domain::task::TaskEvent;

    use super::*;

    #[test]
    fn there_is_such_an_event() {
        assert!(TaskEvent::TYPES.iter().any(|(name, _)| *name == ASSIGNED));
    }
}
