//! Retiring a workflow and reinstating it.

use super::events::{WorkflowEvent, WorkflowReinstated, WorkflowRetired};
use super::refusal::WorkflowRefusal;
use super::state::WorkflowState;
use super::values::WorkflowStatus;

/// Lets no new task begin with a workflow; no change if it is retired. Tasks that run go on.
///
/// # Errors
/// The workflow is unknown.
pub fn retire_workflow(state: &WorkflowState) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    Ok(match state.known()?.status {
        WorkflowStatus::Active => vec![WorkflowEvent::Retired(WorkflowRetired {})],
        WorkflowStatus::Retired => vec![],
    })
}

/// Lets new tasks begin with a workflow again; no change if they may.
///
/// # Errors
/// The workflow is unknown.
pub fn reinstate_workflow(state: &WorkflowState) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    Ok(match state.known()?.status {
        WorkflowStatus::Active => vec![],
        WorkflowStatus::Retired => vec![WorkflowEvent::Reinstated(WorkflowReinstated {})],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::WorkflowId;
    use crate::workflow::samples::{defined, retired, then};

    #[test]
    fn given_a_workflow_then_it_retires_and_comes_back() {
        let id = WorkflowId(uuid::Uuid::nil());
        let gone = then(&defined(), retire_workflow(&defined()));
        assert_eq!(gone.match_candidate(id), None);
        assert_eq!(retire_workflow(&retired()), Ok(vec![]));
        let back = then(&retired(), reinstate_workflow(&retired()));
        assert!(back.match_candidate(id).is_some());
        assert_eq!(reinstate_workflow(&defined()), Ok(vec![]));
    }

    #[test]
    fn given_no_workflow_then_it_is_refused() {
        let none = WorkflowState::Undefined;
        assert_eq!(retire_workflow(&none), Err(WorkflowRefusal::Unknown));
        assert_eq!(reinstate_workflow(&none), Err(WorkflowRefusal::Unknown));
    }
}
