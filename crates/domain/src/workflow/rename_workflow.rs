//! Giving a workflow another name.

use super::events::{WorkflowEvent, WorkflowRenamed};
use super::refusal::WorkflowRefusal;
use super::state::WorkflowState;
use crate::vocabulary::WorkflowName;

/// Gives a workflow another name; the same one is no change, and no name is a new version.
///
/// # Errors
/// The workflow is unknown or retired.
pub fn rename_workflow(
    state: &WorkflowState,
    name: WorkflowName,
) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    if state.active()?.name == name {
        return Ok(vec![]);
    }
    Ok(vec![WorkflowEvent::Renamed(WorkflowRenamed { name })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::samples::{defined, draft, retired, then};

    #[test]
    fn given_a_workflow_then_another_name_changes_the_name_alone() {
        let name = WorkflowName::parse("Access").unwrap();
        let workflow = then(&defined(), rename_workflow(&defined(), name.clone()));
        assert_eq!((workflow.name, workflow.version), (name, 1));
        assert_eq!(rename_workflow(&defined(), draft().name), Ok(vec![]));
    }

    #[test]
    fn given_a_retired_workflow_then_it_is_refused() {
        assert_eq!(rename_workflow(&retired(), draft().name), Err(WorkflowRefusal::Retired));
    }
}
