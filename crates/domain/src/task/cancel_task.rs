//! Ending a task from outside.

use super::events::{TaskCancelled, TaskEvent};
use super::refusal::TaskRefusal;
use super::state::{Progress, TaskState};
use super::values::CancelReason;
use crate::text::Text;

/// Ends a task from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelTask {
    /// Why.
    pub why: CancelReason,
    /// What is said about it.
    pub comment: Option<Text>,
}

/// Ends a task from outside; no change if it was.
///
/// # Errors
/// The task is unknown, or came to an end of its workflow.
pub fn cancel_task(state: &TaskState, command: CancelTask) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.known()?;
    match task.progress {
        Progress::Cancelled { .. } => Ok(vec![]),
        Progress::Completed(_) => Err(TaskRefusal::Ended { status: task.status() }),
        Progress::Running(_) | Progress::OnHold { .. } => {
            let comment = command.comment.map(Text::into_personal);
            Ok(vec![TaskEvent::Cancelled(TaskCancelled { why: command.why, comment })])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskStatus;
    use crate::task::samples::{assigned, completed, on_hold, then};

    #[test]
    fn given_a_task_that_runs_or_rests_then_it_is_cancelled_for_a_reason() {
        let cancel = || CancelTask { why: CancelReason::TicketDeleted, comment: None };
        for state in [assigned(), on_hold()] {
            let task = then(&state, cancel_task(&state, cancel()));
            assert_eq!(task.progress, Progress::Cancelled { why: CancelReason::TicketDeleted });
        }
        let refused = cancel_task(&completed(), cancel());
        assert_eq!(refused, Err(TaskRefusal::Ended { status: TaskStatus::Completed }));
    }
}
