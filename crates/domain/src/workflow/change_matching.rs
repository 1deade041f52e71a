//! Making a workflow one for other tickets.

use super::events::{DefaultChanged, MatchingChanged, WorkflowEvent};
use super::matching_keys::MatchingKeys;
use super::refusal::WorkflowRefusal;
use super::state::WorkflowState;

/// Gives a workflow other matching keys; the same ones are no change.
///
/// # Errors
/// The workflow is unknown or retired.
pub fn change_matching(
    state: &WorkflowState,
    matching: MatchingKeys,
) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    if state.active()?.matching == matching {
        return Ok(vec![]);
    }
    Ok(vec![WorkflowEvent::MatchingChanged(MatchingChanged { matching })])
}

/// Makes a workflow one for the tickets that no other is for; no change if it is. There may be
/// several: matching takes the oldest.
///
/// # Errors
/// The workflow is unknown or retired.
pub fn make_workflow_default(state: &WorkflowState) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    if state.active()?.is_default {
        return Ok(vec![]);
    }
    Ok(vec![WorkflowEvent::DefaultChanged(DefaultChanged { is_default: true })])
}

/// Makes a workflow no default; no change if it is none.
///
/// # Errors
/// The workflow is unknown or retired.
pub fn make_workflow_no_default(
    state: &WorkflowState,
) -> Result<Vec<WorkflowEvent>, WorkflowRefusal> {
    if !state.active()?.is_default {
        return Ok(vec![]);
    }
    Ok(vec![WorkflowEvent::DefaultChanged(DefaultChanged { is_default: false })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::samples::{defined, draft, evolved, retired, then};

    #[test]
    fn given_a_workflow_then_other_keys_change_them_without_a_version() {
        let workflow = then(&defined(), change_matching(&defined(), MatchingKeys::default()));
        assert_eq!((workflow.matching, workflow.version), (MatchingKeys::default(), 1));
        assert_eq!(change_matching(&defined(), draft().matching), Ok(vec![]));
    }

    #[test]
    fn given_a_workflow_then_it_becomes_a_default_and_ceases_to_be_one() {
        assert_eq!(make_workflow_no_default(&defined()), Ok(vec![]));
        let default = evolved(defined(), &make_workflow_default(&defined()).unwrap());
        assert!(default.known().unwrap().is_default);
        assert_eq!(make_workflow_default(&default), Ok(vec![]));
        assert!(!then(&default, make_workflow_no_default(&default)).is_default);
    }

    #[test]
    fn given_a_retired_workflow_then_it_is_refused() {
        let refused = Err(WorkflowRefusal::Retired);
        assert_eq!(change_matching(&retired(), MatchingKeys::default()), refused);
        assert_eq!(make_workflow_default(&retired()), refused);
        assert_eq!(make_workflow_no_default(&retired()), refused);
    }
}
