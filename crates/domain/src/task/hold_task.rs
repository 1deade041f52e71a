//! Putting a task on hold and resuming it.

use super::events::{TaskEvent, TaskHeld, TaskResumed};
use super::refusal::TaskRefusal;
use super::schedule::StepClock;
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

/// Puts a task on hold; no change if it is. Its assignee keeps it, and what its step has left of its
/// time by `clock` is kept as well.
///
/// # Errors
/// The task is unknown or ended, or the person may not act on it.
pub fn hold_task(
    state: &TaskState,
    command: HoldTask,
    clock: StepClock<'_>,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.unended()?;
    command.by.entitled_to(task)?;
    if matches!(task.progress, Progress::OnHold { .. }) {
        return Ok(vec![]);
    }
    let remaining = task.step.schedule.map(|schedule| clock.remaining(schedule));
    let reason = command.reason.map(Text::into_personal);
    Ok(vec![TaskEvent::Held(TaskHeld { reason, remaining })])
}

/// Resumes a task; no change if it is not on hold. It goes on as it was before, at the step it is at
/// by now. Its step has the time left that it had, by `clock`, and is never due earlier than before.
///
/// # Errors
/// The task is unknown or ended, or the person may not act on it.
pub fn resume_task(
    state: &TaskState,
    command: ResumeTask,
    clock: StepClock<'_>,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let task = state.unended()?;
    let ResumeTask { by } = command;
    by.entitled_to(task)?;
    let Progress::OnHold { remaining, .. } = task.progress else { return Ok(vec![]) };
    let schedule = match (task.step.schedule, remaining) {
        (Some(before), Some(left)) => Some(clock.resumed(before, left)),
        // It came to this step on hold: all of its time is left.
        (_, _) => task.step.sla_minutes.map(|minutes| clock.schedule(minutes)),
    };
    Ok(vec![TaskEvent::Resumed(TaskResumed { schedule })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskStatus;
    use crate::task::samples::{assigned, at, clock, escalated, holder, pending, person, then};
    use crate::task::who::Person;
    use crate::ticket::samples::text;

    #[test]
    fn given_a_hold_then_resuming_leads_back_to_what_it_was() {
        for before in [pending(), assigned(), escalated()] {
            let hold = HoldTask { by: By::Docket, reason: Some(text("Parts are ordered.")) };
            let held =
                before.clone().evolved(&hold_task(&before, hold, clock(30)).unwrap(), at(30));
            let task = held.known().unwrap();
            assert_eq!(task.status(), TaskStatus::OnHold);
            let Progress::OnHold { reason, .. } = &task.progress else { panic!("not on hold") };
            assert_eq!(*reason, Some("Parts are ordered.".into()));
            let task = then(&held, resume_task(&held, ResumeTask { by: By::Docket }, clock(60)));
            assert_eq!(task.progress, before.known().unwrap().progress);
            assert_eq!(task.assignee, before.known().unwrap().assignee);
        }
    }

    #[test]
    fn only_who_may_act_may_hold_and_resume() {
        let other = By::Person(Person { work_roles: vec![], ..person(9) });
        let hold = |by| hold_task(&assigned(), HoldTask { by, reason: None }, clock(60));
        assert_eq!(hold(other.clone()).unwrap_err().code(), "task_not_entitled");
        assert_eq!(hold(By::Person(holder())).unwrap().len(), 1);
        let refused = resume_task(&assigned(), ResumeTask { by: other }, clock(60));
        assert_eq!(refused.unwrap_err().code(), "task_not_entitled");
    }
}
