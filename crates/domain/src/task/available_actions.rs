//! What can be done to a task now.

use super::state::{Progress, Task};
use crate::workflow::{Action, Definition, Target, Transition};

/// An action that a person can take now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailableAction {
    /// The action.
    pub action: Action,
    /// Where it leads.
    pub to: Target,
}

impl From<&Transition> for AvailableAction {
    fn from(transition: &Transition) -> Self {
        Self { action: transition.action.clone(), to: transition.to.clone() }
    }
}

/// What people can do to the task now, in the order of its definition: nothing while it is on hold,
/// after it has ended, and while another system decides. `definition` is that of its version.
pub fn available_actions(task: &Task, definition: &Definition) -> Vec<AvailableAction> {
    match task.progress {
        Progress::Running(_) if task.step.system.is_none() || task.is_given_up() => {
            ways_out(task, definition)
        }
        Progress::Running(_)
        | Progress::OnHold { .. }
        | Progress::Completed(_)
        | Progress::Cancelled { .. } => vec![],
    }
}

/// All ways out of the task's step, whoever may take them.
pub(super) fn ways_out(task: &Task, definition: &Definition) -> Vec<AvailableAction> {
    definition.transitions_from(&task.step.id).map(AvailableAction::from).collect()
}
