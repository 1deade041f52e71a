//! Calling others in.

use super::events::{TaskEscalated, TaskEvent};
use super::refusal::TaskRefusal;
use super::state::TaskState;
use super::values::EscalationReason;
use super::who::By;
use crate::text::Text;

/// Escalates a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalateTask {
    /// Who asks.
    pub by: By,
    /// Why.
    pub why: EscalationReason,
    /// What is said about it.
    pub comment: Option<Text>,
}

/// Escalates a task; for the same reason at the same step again it is no change. It can still be
/// worked on, and leaves this state when it is given to somebody or leaves the step.
///
/// # Errors
/// The task is unknown, ended or on hold, or the person may not act on it.
pub fn escalate_task(
    state: &TaskState,
    command: EscalateTask,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.running()?;
    let EscalateTask { by, why, comment } = command;
    by.entitled_to(task)?;
    if task.escalations.contains(&why) {
        return Ok(vec![]);
    }
    let comment = comment.map(Text::into_personal);
    Ok(vec![TaskEvent::Escalated(TaskEscalated { why, step: task.step.id.clone(), comment })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::samples::{assigned, escalated, person, then};
    use crate::task::{Person, TaskStatus};

    fn escalate(state: &TaskState, why: EscalationReason) -> Result<Vec<TaskEvent>, TaskRefusal> {
        escalate_task(state, EscalateTask { by: By::Docket, why, comment: None })
    }

    #[test]
    fn given_a_task_then_it_is_escalated_once_for_each_reason() {
        let task = then(&assigned(), escalate(&assigned(), EscalationReason::SlaAtRisk));
        assert_eq!(task.status(), TaskStatus::Escalated);
        assert!(task.assignee.is_some());
        assert_eq!(escalate(&escalated(), EscalationReason::SlaAtRisk), Ok(vec![]));
        let task = then(&escalated(), escalate(&escalated(), EscalationReason::SlaBreached));
        assert_eq!(task.escalations, [EscalationReason::SlaAtRisk, EscalationReason::SlaBreached]);
    }

    #[test]
    fn only_who_may_act_may_escalate() {
        let by = |work_roles| {
            let by = By::Person(Person { work_roles, ..person(9) });
            let why = EscalationReason::ByPerson;
            escalate_task(&assigned(), EscalateTask { by, why, comment: None })
        };
        assert_eq!(by(vec![]).unwrap_err().code(), "task_not_entitled");
        assert_eq!(by(person(9).work_roles).unwrap().len(), 1);
    }
}
