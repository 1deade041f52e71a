//! Putting a task on hold and resuming it.

use super::events::{TaskEvent, TaskHeld, TaskResumed};
use super::refusal::TaskRefusal;
use super::state::{Progress, TaskState};
use super::who::By;
use crate::text::Text;

/// Puts a task on hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldTask {
    /// Who asks.
    pub by: By,
    /// Why.
    pub reason: Option<Text>,
}

/// Resumes a task that is on hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeTask {
    /// Who asks.
    pub by: By,
}

/// Puts a task on hold; no change if it is. Its assignee keeps it.
///
/// # Errors
/// The task is unknown or ended, or the person may not act on it.
pub fn hold_task(state: &TaskState, command: HoldTask) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.unended()?;
    command.by.entitled_to(task)?;
    if matches!(task.progress, Progress::OnHold { .. }) {
        return Ok(vec![]);
    }
    Ok(vec![TaskEvent::Held(TaskHeld { reason: command.reason.map(Text::into_personal) })])
}

/// Resumes a task; no change if it is not on hold. It goes on as it was before, at the step it is at
/// by now.
///
/// # Errors
/// The task is unknown or ended, or the person may not act on it.
pub fn resume_task(state: &TaskState, command: ResumeTask) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.unended()?;
    let ResumeTask { by } = command;
    by.entitled_to(task)?;
    if !matches!(task.progress, Progress::OnHold { .. }) {
        return Ok(vec![]);
    }
    Ok(vec![TaskEvent::Resumed(TaskResumed {})])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskStatus;
    use crate::task::samples::{assigned, at, escalated, holder, pending, person, then};
    use crate::task::who::Person;
    use crate::ticket::samples::text;

    #[test]
    fn given_a_hold_then_resuming_leads_back_to_what_it_was() {
        for before in [pending(), assigned(), escalated()] {
            let hold = HoldTask { by: By::Docket, reason: Some(text("Parts are ordered.")) };
            let held = before.clone().evolved(&hold_task(&before, hold).unwrap(), at(30));
            let task = held.known().unwrap();
            assert_eq!(task.status(), TaskStatus::OnHold);
            let Progress::OnHold { reason, .. } = &task.progress else { panic!("not on hold") };
            assert_eq!(*reason, Some("Parts are ordered.".into()));
            let task = then(&held, resume_task(&held, ResumeTask { by: By::Docket }));
            assert_eq!(task.progress, before.known().unwrap().progress);
            assert_eq!(task.assignee, before.known().unwrap().assignee);
        }
    }

    #[test]
    fn only_who_may_act_may_hold_and_resume() {
        let other = By::Person(Person { work_roles: vec![], ..person(9) });
        let hold = |by| hold_task(&assigned(), HoldTask { by, reason: None });
        assert_eq!(hold(other.clone()).unwrap_err().code(), "task_not_entitled");
        assert_eq!(hold(By::Person(holder())).unwrap().len(), 1);
        let refused = resume_task(&assigned(), ResumeTask { by: other });
        assert_eq!(refused.unwrap_err().code(), "task_not_entitled");
    }
}
