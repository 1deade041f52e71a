//! Making a workflow what a form says, each change an event of its own.

use super::change_matching::{change_matching, make_workflow_default, make_workflow_no_default};
use super::events::WorkflowEvent;
use super::parse::WorkflowDraft;
use super::refusal::WorkflowRefusal;
use super::rename_workflow::rename_workflow;
use super::revise_workflow::revise_workflow;
use super::state::WorkflowState;

/// Makes a workflow what `draft` says: as when a changed export is read back. What is the same
/// already makes no event, and only another definition makes a version.
///
/// # Errors
/// The workflow is unknown, or retired and another one.
pub fn edit_workflow(
    state: &WorkflowState,
    draft: WorkflowDraft,
) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    if state.known()?.draft() == draft {
        return Ok(vec![]);
    }
    // Each looks at what it changes alone, so none has to see the events of another.
    let mut events = rename_workflow(state, draft.name)?;
    events.extend(change_matching(state, draft.matching)?);
    events.extend(match draft.is_default {
        true => make_workflow_default(state)?,
        false => make_workflow_no_default(state)?,
    });
    events.extend(revise_workflow(state, draft.definition)?);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DomainEvent;
    use crate::vocabulary::WorkflowName;
    use crate::workflow::MatchingKeys;
    use crate::workflow::samples::{defined, draft, other_definition, retired, then};

    fn other_draft() -> WorkflowDraft {
        WorkflowDraft {
            name: WorkflowName::parse("Access").unwrap(),
            matching: MatchingKeys::default(),
            is_default: true,
            definition: other_definition(),
        }
    }

    #[test]
    fn given_another_draft_then_each_difference_is_an_event_and_the_draft_is_reached() {
        let events = edit_workflow(&defined(), other_draft()).unwrap();
        let types: Vec<_> = events.iter().map(WorkflowEvent::event_type).collect();
        assert_eq!(
            types,
            [
                "workflow.renamed",
                "workflow.matching_changed",
                "workflow.default_changed",
                "workflow.revised",
            ]
        );
        let workflow = then(&defined(), Ok(events));
        assert_eq!((workflow.draft(), workflow.version), (other_draft(), 2));
    }

    #[test]
    fn given_the_same_draft_then_nothing_happens() {
        assert_eq!(edit_workflow(&defined(), draft()), Ok(vec![]));
        assert_eq!(edit_workflow(&retired(), draft()), Ok(vec![]));
        assert_eq!(edit_workflow(&retired(), other_draft()), Err(WorkflowRefusal::Retired));
    }
}
