//! Who may do something to a task.

use super::refusal::TaskRefusal;
use super::state::Task;
use crate::ids::{RoleId, UserId};
use crate::user::Role;

/// A person who asks, as known at the time of the decision; active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user; none where nobody signs in, and for Docket itself.
    pub user: Option<UserId>,
    /// The permission role.
    pub role: Role,
    /// The work roles.
    pub work_roles: Vec<RoleId>,
}

/// Who asks for something that Docket also does by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A person.
    Person(Person),
    /// Docket itself: a timer, or what follows from an event.
    Docket,
}

impl Person {
    /// Whether the person may act on the task as it is: its assignee, who holds the work role of its
    /// step, and an admin may, whatever else the permission role says.
    pub fn may_work_on(&self, task: &Task) -> bool {
        let holds_role = task.step.role.is_some_and(|role| self.work_roles.contains(&role));
        let is_assignee = self.user.is_some() && task.assignee == self.user;
        self.role == Role::Admin || is_assignee || holds_role
    }

    pub(super) fn entitled_to(&self, task: &Task) -> Result<(), TaskRefusal> {
        if self.may_work_on(task) {
            return Ok(());
        }
        Err(TaskRefusal::NotEntitled { step: task.step.id.clone(), role: task.step.role })
    }
}

impl By {
    pub(super) fn entitled_to(&self, task: &Task) -> Result<(), TaskRefusal> {
        match self {
            Self::Person(person) => person.entitled_to(task),
            Self::Docket => Ok(()),
        }
    }
}
