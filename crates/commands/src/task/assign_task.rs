//! Giving a task to somebody.

use domain::task::{Assignee as TaskAssignee, TaskState};
use domain::user::UserStatus;
use domain::{FieldError, FieldErrorKind, TaskId, UserId};

use super::decide::TaskChange;
use crate::core::Commands;
use crate::{Assignee, CommandError, Committed, Context};

impl Commands {
    /// Gives a task to a person; without one, to whom the strategy of its step finds, who may be the
    /// same again. Who may ask is decided before, by the caller.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Invalid`] at `assigned_to` when there is no such
    /// user, or a refusal of the task.
    pub async fn assign_task(
        &self,
        ctx: &Context,
        task: TaskId,
        to: Option<Assignee>,
    ) -> Result<Committed<TaskState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        let change = match to {
            None => TaskChange::GiveAnew,
            Some(to) => TaskChange::Give {
                by: self.person(ctx).await?,
                // What else is known of the user is looked up for the decision.
                to: TaskAssignee {
                    user: self.user_named(&to).await?,
                    status: UserStatus::Active,
                    work_roles: vec![],
                },
            },
        };
        self.change_task(ctx, task, change).await
    }

    async fn user_named(&self, assignee: &Assignee) -> Result<UserId, CommandError> {
        let id = match assignee {
            Assignee::User(id) => Some(*id),
            Assignee::Email(email) => self.user_by_email(email).await?,
        };
        let known = match id {
            Some(id) => self.user(id).await?.map(|facts| facts.id),
            None => None,
        };
        let kind = FieldErrorKind::Malformed { expected: "a user" };
        known.ok_or_else(|| FieldError::new("assigned_to", kind).into())
    }
}
