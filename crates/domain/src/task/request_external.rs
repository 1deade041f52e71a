//! Asking another system, and giving up on it.

use super::events::{ExternalFailed, ExternalRequested, TaskEscalated, TaskEvent};
use super::refusal::TaskRefusal;
use super::state::{RequestFate, TaskState};
use super::values::{EscalationReason, ExternalFailure};
use crate::ids::RequestId;
use crate::text::Text;

/// Asks the system of the current step. Tries to deliver it are no events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestExternal {
    /// The request, new.
    pub request: RequestId,
}

/// Gives up on a request, after the last try or the last moment for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailExternal {
    /// The request.
    pub request: RequestId,
    /// Why it came to nothing.
    pub why: ExternalFailure,
    /// What the last try met with.
    pub detail: Option<Text>,
}

/// Asks the system of the current step; the same request again is no change. After a request was
/// given up there may be another.
///
/// # Errors
/// The task is unknown, ended or on hold; a person does the step; a request waits for its answer.
pub fn request_external(
    state: &TaskState,
    command: RequestExternal,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let request = command.request;
    if state.known()?.request(request).is_some() {
        return Ok(vec![]);
    }
    let task = state.running()?;
    let Some(system) = task.step.system.clone() else { return Err(TaskRefusal::StepIsHuman) };
    if let Some(current) = task.current_request()
        && !task.is_given_up()
    {
        return Err(TaskRefusal::AlreadyRequested { request: current.id });
    }
    let step = task.step.id.clone();
    Ok(vec![TaskEvent::ExternalRequested(ExternalRequested { request, system, step })])
}

/// Gives up on a request and calls people in, who may then act in the system's place; no change if
/// the request was answered or given up, or if its task has ended.
///
/// # Errors
/// There is no such task or request.
pub fn fail_external(
    state: &TaskState,
    command: FailExternal,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let FailExternal { request, why, detail } = command;
    let task = state.known()?;
    let asked = task.request(request).ok_or(TaskRefusal::RequestUnknown)?;
    if asked.fate != RequestFate::Waiting || task.status().is_ended() {
        return Ok(vec![]);
    }
    let detail = detail.map(Text::into_personal);
    let failed = TaskEvent::ExternalFailed(ExternalFailed { request, why, detail });
    let escalated = TaskEvent::Escalated(TaskEscalated {
        why: EscalationReason::ExternalFailed,
        step: task.step.id.clone(),
        comment: None,
    });
    Ok(vec![failed, escalated])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskStatus;
    use crate::task::available_actions;
    use crate::task::samples::{at, definition, external, failed, request, then, waiting_external};

    fn ask(state: &TaskState, n: u128) -> Result<Vec<TaskEvent>, TaskRefusal> {
        request_external(state, RequestExternal { request: request(n) })
    }

    fn fail(state: &TaskState, n: u128) -> Result<Vec<TaskEvent>, TaskRefusal> {
        let why = ExternalFailure::TimedOut;
        fail_external(state, FailExternal { request: request(n), why, detail: None })
    }

    #[test]
    fn given_an_external_step_then_its_system_is_asked_once_at_a_time() {
        let task = then(&external(), ask(&external(), 1));
        assert_eq!(task.status(), TaskStatus::InProgress);
        assert_eq!(ask(&waiting_external(), 1), Ok(vec![]));
        let refused = ask(&waiting_external(), 2);
        assert_eq!(refused, Err(TaskRefusal::AlreadyRequested { request: request(1) }));
    }

    #[test]
    fn given_a_request_is_given_up_then_people_are_called_in_or_it_is_asked_again() {
        let task = then(&waiting_external(), fail(&waiting_external(), 1));
        assert_eq!(task.status(), TaskStatus::Escalated);
        assert_eq!(available_actions(&task, &definition()).len(), 2);
        assert_eq!(fail(&failed(), 1), Ok(vec![]), "once");

        let again = failed().evolved(&ask(&failed(), 2).unwrap(), at(60));
        assert_eq!(again.known().unwrap().status(), TaskStatus::InProgress);
        assert_eq!(available_actions(again.known().unwrap(), &definition()), []);
        assert_eq!(fail(&again, 1), Ok(vec![]), "the first one is over");
        assert_eq!(fail(&again, 2).unwrap().len(), 2);
        assert_eq!(fail(&again, 3), Err(TaskRefusal::RequestUnknown));
    }
}
