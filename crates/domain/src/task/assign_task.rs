//! Giving a task to a person somebody chose, and taking it away.

use super::events::{AssignmentReason, TaskAssigned, TaskEvent, TaskUnassigned};
use super::refusal::TaskRefusal;
use super::state::TaskState;
use super::values::UnassignReason;
use super::who::Person;
use crate::ids::{RoleId, UserId};
use crate::user::{Role, UserStatus};

/// Gives a task to a person. That the one who asks may assign tasks at all is checked outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignTask {
    /// Who asks.
    pub by: Person,
    /// Who is to have it.
    pub assignee: Assignee,
}

/// What is known of the person to give a task to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignee {
    /// The user.
    pub user: UserId,
    /// Whether active.
    pub status: UserStatus,
    /// The work roles.
    pub work_roles: Vec<RoleId>,
}

/// Gives a task to a person; giving it to who has it is no change. It leaves `escalated`; one on
/// hold stays so. An admin may give it to anybody active, also one that another system is to do.
///
/// # Errors
/// The task is unknown or ended; the person is deactivated; and unless an admin asks: the person
/// does not hold the step's work role, or another system does the step.
pub fn assign_task(state: &TaskState, command: AssignTask) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.unended()?;
    let AssignTask { by, assignee } = command;
    if task.assignee == Some(assignee.user) {
        return Ok(vec![]);
    }
    if assignee.status == UserStatus::Deactivated {
        return Err(TaskRefusal::AssigneeDeactivated);
    }
    if by.role != Role::Admin {
        if let Some(system) = task.step.system.clone() {
            return Err(TaskRefusal::StepIsExternal { system });
        }
        if let Some(role) = task.step.role
            && !assignee.work_roles.contains(&role)
        {
            return Err(TaskRefusal::AssigneeLacksRole { role });
        }
    }
    Ok(vec![TaskEvent::Assigned(TaskAssigned {
        assignee: assignee.user,
        previous: task.assignee,
        why: AssignmentReason::ByPerson { by: by.user },
    })])
}

/// Takes a task from who has it; no change if nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnassignTask {
    /// Why.
    pub why: UnassignReason,
}

/// Takes a task from who has it; no change if nobody does. Another is found by
/// [`assign_by_strategy`](super::assign_by_strategy()).
///
/// # Errors
/// The task is unknown or ended.
pub fn unassign_task(
    state: &TaskState,
    command: UnassignTask,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let UnassignTask { why } = command;
    let unassigned = |previous| TaskEvent::Unassigned(TaskUnassigned { previous, why });
    Ok(state.unended()?.assignee.map(unassigned).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskStatus;
    use crate::task::samples::{
        admin, assigned, assignee, escalated, holder, on_hold, pending, then, waiting_external,
    };
    use crate::ticket::samples::user;

    #[test]
    fn given_a_holder_of_the_role_then_the_task_goes_over_and_says_from_whom() {
        let command = AssignTask { by: holder(), assignee: assignee(8) };
        let events = assign_task(&assigned(), command).unwrap();
        let why = AssignmentReason::ByPerson { by: holder().user };
        let expected = TaskAssigned { assignee: user(8), previous: holder().user, why };
        assert_eq!(events, [TaskEvent::Assigned(expected)]);
        let task = then(&escalated(), Ok(events.clone()));
        assert_eq!(task.status(), TaskStatus::InProgress);
        assert_eq!(then(&on_hold(), Ok(events)).status(), TaskStatus::OnHold);
        let again = AssignTask { by: holder(), assignee: assignee(2) };
        assert_eq!(assign_task(&assigned(), again), Ok(vec![]));
    }

    #[test]
    fn given_another_then_only_an_admin_may_and_a_deactivated_one_never() {
        let outsider = Assignee { work_roles: vec![], ..assignee(8) };
        let by = |by, assignee: &Assignee| {
            assign_task(&pending(), AssignTask { by, assignee: assignee.clone() })
        };
        assert_eq!(by(holder(), &outsider).unwrap_err().code(), "assignee_lacks_role");
        assert_eq!(by(admin(), &outsider).unwrap().len(), 1);
        let gone = Assignee { status: UserStatus::Deactivated, ..assignee(8) };
        assert_eq!(by(admin(), &gone), Err(TaskRefusal::AssigneeDeactivated));
        let external =
            |by| assign_task(&waiting_external(), AssignTask { by, assignee: assignee(8) });
        assert_eq!(external(holder()).unwrap_err().code(), "step_is_external");
        assert_eq!(external(admin()).unwrap().len(), 1);
    }

    #[test]
    fn given_an_assignee_then_it_is_taken_away_and_nobody_has_it() {
        let unassign = |state: &TaskState| {
            unassign_task(state, UnassignTask { why: UnassignReason::Deactivated })
        };
        let task = then(&assigned(), unassign(&assigned()));
        assert_eq!((task.assignee, task.status()), (None, TaskStatus::Pending));
        let task = then(&escalated(), unassign(&escalated()));
        assert_eq!((task.assignee, task.status()), (None, TaskStatus::Escalated));
        assert_eq!(unassign(&pending()), Ok(vec![]));
    }
}
