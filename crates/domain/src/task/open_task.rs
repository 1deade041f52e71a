//! Opening a task.

use super::events::{TaskEvent, TaskOpened};
use super::refusal::TaskRefusal;
use super::schedule::StepClock;
use super::state::TaskState;
use crate::ids::TicketId;
use crate::workflow::{Definition, Match};

/// Opens the task of a ticket, at the start of the workflow that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTask {
    /// The ticket, which is active.
    pub ticket: TicketId,
    /// Which run of a workflow on that ticket it is, from 1.
    pub run: u32,
    /// The workflow and its version, and how it was found.
    pub matched: Match,
}

/// Opens a task; the same run on the same ticket again is no change. `definition` is that of the
/// version that was found, and the time of its first step counts by `clock`.
///
/// # Errors
/// The stream has another task, or the definition has no start.
pub fn open_task(
    state: &TaskState,
    definition: &Definition,
    command: OpenTask,
    clock: StepClock<'_>,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let OpenTask { ticket, run, matched } = command;
    if let Some(task) = state.task() {
        let is_same = task.ticket == ticket && task.run == run;
        return if is_same { Ok(vec![]) } else { Err(TaskRefusal::AlreadyOpened) };
    }
    let start = definition.start_step();
    let step =
        start.ok_or_else(|| TaskRefusal::OtherDefinition { step: definition.start.clone() })?;
    let opened = TaskOpened { ticket, run, matched, step: clock.begin(step) };
    Ok(vec![TaskEvent::Opened(Box::new(opened))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskStatus;
    use crate::task::samples::{at, clock, definition, open_command, pending, then};
    use crate::user::samples::role_id;

    #[test]
    fn given_nothing_then_it_begins_at_the_start_with_nobody() {
        let events = open_task(&TaskState::Unopened, &definition(), open_command(1), clock(60));
        let task = then(&TaskState::Unopened, events);
        assert_eq!(task.step.id, definition().start);
        assert_eq!(task.step.role, Some(role_id(1)));
        assert_eq!((task.visit, task.assignee, task.status()), (1, None, TaskStatus::Pending));
        assert_eq!(task.matched, open_command(1).matched);
        assert_eq!(task.entered_at, at(60));
    }

    #[test]
    fn given_a_task_then_only_the_same_run_is_accepted_again() {
        assert_eq!(open_task(&pending(), &definition(), open_command(1), clock(60)), Ok(vec![]));
        let refused = open_task(&pending(), &definition(), open_command(2), clock(60));
        assert_eq!(refused, Err(TaskRefusal::AlreadyOpened));
    }
}
