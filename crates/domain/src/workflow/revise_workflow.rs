//! Changing the definition of a workflow.

use super::definition::Definition;
use super::events::{WorkflowEvent, WorkflowRevised};
use super::refusal::WorkflowRefusal;
use super::state::WorkflowState;

/// Gives a workflow another definition, its next version; the same one is no change. Tasks that run
/// go on with the version they began with.
///
/// # Errors
/// The workflow is unknown or retired.
pub fn revise_workflow(
    state: &WorkflowState,
    definition: Definition,
) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    let workflow = state.active()?;
    if workflow.definition == definition {
        return Ok(vec![]);
    }
    let version = workflow.version.saturating_add(1);
    Ok(vec![WorkflowEvent::Revised(Box::new(WorkflowRevised { version, definition }))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::samples::{
        defined, definition, every_event, evolved, other_definition, retired, then,
    };
    use crate::workflow::{WorkflowState, definition_of_version};

    #[test]
    fn given_a_workflow_then_another_definition_is_the_next_version() {
        let events = revise_workflow(&defined(), other_definition());
        let workflow = then(&defined(), events);
        assert_eq!(workflow.version, 2);
        assert_eq!(workflow.definition, other_definition());
    }

    #[test]
    fn given_the_same_definition_then_nothing_happens() {
        assert_eq!(revise_workflow(&defined(), definition()), Ok(vec![]));
    }

    #[test]
    fn given_a_retired_workflow_or_none_then_it_is_refused() {
        let refused = revise_workflow(&retired(), other_definition());
        assert_eq!(refused, Err(WorkflowRefusal::Retired));
        let refused = revise_workflow(&WorkflowState::Undefined, definition());
        assert_eq!(refused, Err(WorkflowRefusal::Unknown));
    }

    #[test]
    fn every_version_is_found_among_the_events() {
        let mut events = every_event();
        let state = evolved(WorkflowState::Undefined, &events);
        events.extend(revise_workflow(&state, definition()).unwrap());
        assert_eq!(definition_of_version(&events, 1), Some(&definition()));
        assert_eq!(definition_of_version(&events, 2), Some(&other_definition()));
        assert_eq!(definition_of_version(&events, 3), Some(&definition()));
        for none in [0, 4] {
            assert_eq!(definition_of_version(&events, none), None);
        }
    }
}
