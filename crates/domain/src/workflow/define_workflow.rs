//! Defining a workflow.

use super::events::{WorkflowDefined, WorkflowEvent};
use super::parse::WorkflowDraft;
use super::refusal::WorkflowRefusal;
use super::state::WorkflowState;

/// Defines a workflow, its version 1; the same one again is no change.
///
/// # Errors
/// The stream has a workflow that is different.
pub fn define_workflow(
    state: &WorkflowState,
    draft: WorkflowDraft,
) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    match state.workflow() {
        Some(workflow) if workflow.version == 1 && workflow.draft() == draft => Ok(vec![]),
        Some(_) => Err(WorkflowRefusal::AlreadyDefined),
        None => Ok(vec![WorkflowEvent::Defined(Box::new(WorkflowDefined {
            name: draft.name,
            matching: draft.matching,
            is_default: draft.is_default,
            definition: draft.definition,
        }))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::WorkflowStatus;
    use crate::workflow::samples::{at, defined, draft, then};

    #[test]
    fn given_nothing_then_version_1_is_active() {
        let workflow =
            then(&WorkflowState::Undefined, define_workflow(&WorkflowState::Undefined, draft()));
        assert_eq!(workflow.version, 1);
        assert_eq!(workflow.status, WorkflowStatus::Active);
        assert_eq!(workflow.draft(), draft());
        assert_eq!(workflow.defined_at, at(60));
    }

    #[test]
    fn given_a_workflow_then_only_the_same_again_is_accepted() {
        assert_eq!(define_workflow(&defined(), draft()), Ok(vec![]));
        let other = WorkflowDraft { is_default: true, ..draft() };
        assert_eq!(define_workflow(&defined(), other), Err(WorkflowRefusal::AlreadyDefined));
    }
}
