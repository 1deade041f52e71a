//! Why a command on a task is not allowed as things stand.

use super::available_actions::AvailableAction;
use super::values::TaskStatus;
use crate::ids::{RequestId, RoleId};
use crate::vocabulary::SystemName;
use crate::workflow::{ActionId, StepId};

/// Why a command was refused. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskRefusal {
    /// There is no such task.
    #[error("There is no such task.")]
    Unknown,
    /// Another task was opened in this stream before.
    #[error("The task has been opened already.")]
    AlreadyOpened,
    /// The task has ended.
    #[error("The task is {status}.")]
    Ended {
        /// How: completed or cancelled.
        status: TaskStatus,
    },
    /// The task rests.
    #[error("The task is on hold. Resume it first.")]
    OnHold,
    /// Neither the assignee, nor a holder of the step's work role, nor an admin.
    #[error("Only the assignee, who holds the work role of step {step}, or an admin may do this.")]
    NotEntitled {
        /// The current step.
        step: StepId,
        /// Its work role, if a person does it.
        role: Option<RoleId>,
    },
    /// The task has moved since the caller looked.
    #[error("The task has moved on to step {step} in the meantime. {}", listed(available))]
    StepChanged {
        /// The current step.
        step: StepId,
        /// What can be done there now.
        available: Vec<AvailableAction>,
    },
    /// The step does not have the action.
    #[error("Action {action} is not available at step {step}. {}", listed(available))]
    ActionNotAvailable {
        /// The action asked for.
        action: ActionId,
        /// The current step.
        step: StepId,
        /// What can be done there now.
        available: Vec<AvailableAction>,
    },
    /// Another system decides.
    #[error("The task waits for the answer of {system}.")]
    AwaitsExternal {
        /// The system.
        system: SystemName,
    },
    /// The current step is done by another system.
    #[error("The current step is done by {system}. Only an admin may give it to a person.")]
    StepIsExternal {
        /// The system.
        system: SystemName,
    },
    /// The current step is done by a person.
    #[error("The current step is done by a person.")]
    StepIsHuman,
    /// The user to give the task to is deactivated.
    #[error("The user to give the task to is deactivated.")]
    AssigneeDeactivated,
    /// The user to give the task to does not hold the step's work role.
    #[error("The user to give the task to does not hold the step's work role.")]
    AssigneeLacksRole {
        /// The role.
        role: RoleId,
    },
    /// There is no such request to another system.
    #[error("There is no such request.")]
    RequestUnknown,
    /// The system was asked and has not answered.
    #[error("The system has been asked already and has not answered.")]
    AlreadyRequested {
        /// The request that waits.
        request: RequestId,
    },
    /// An answer whose token is not that of the request.
    #[error("The answer does not carry the token of its request.")]
    TokenForged,
    /// The definition is not that of the task's version: it does not have the task's step.
    #[error("The definition has no step {step}, so it is not the one the task runs on.")]
    OtherDefinition {
        /// The step.
        step: StepId,
    },
}

fn listed(available: &[AvailableAction]) -> String {
    let ids: Vec<_> = available.iter().map(|available| available.action.id.as_str()).collect();
    match ids.as_slice() {
        [] => "No action is.".to_owned(),
        ids => format!("Available: {}.", ids.join(", ")),
    }
}

impl TaskRefusal {
    /// The refusal as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "task_unknown",
            Self::AlreadyOpened => "task_already_opened",
            Self::Ended { .. } => "task_ended",
            Self::OnHold => "task_on_hold",
            Self::NotEntitled { .. } => "task_not_entitled",
            Self::StepChanged { .. } => "task_step_changed",
            Self::ActionNotAvailable { .. } => "action_not_available",
            Self::AwaitsExternal { .. } => "task_awaits_external",
            Self::StepIsExternal { .. } => "step_is_external",
            Self::StepIsHuman => "step_is_human",
            Self::AssigneeDeactivated => "assignee_deactivated",
            Self::AssigneeLacksRole { .. } => "assignee_lacks_role",
            Self::RequestUnknown => "request_unknown",
            Self::AlreadyRequested { .. } => "already_requested",
            Self::TokenForged => "token_forged",
            Self::OtherDefinition { .. } => "other_definition",
        }
    }

    /// What can be done now, where the refusal names it.
    pub fn available(&self) -> Option<&[AvailableAction]> {
        match self {
            Self::StepChanged { available, .. } | Self::ActionNotAvailable { available, .. } => {
                Some(available)
            }
            Self::Unknown
            | Self::AlreadyOpened
            | Self::Ended { .. }
            | Self::OnHold
            | Self::NotEntitled { .. }
            | Self::AwaitsExternal { .. }
            | Self::StepIsExternal { .. }
            | Self::StepIsHuman
            | Self::AssigneeDeactivated
            | Self::AssigneeLacksRole { .. }
            | Self::RequestUnknown
            | Self::AlreadyRequested { .. }
            | Self::TokenForged
            | Self::OtherDefinition { .. } => None,
        }
    }
}
