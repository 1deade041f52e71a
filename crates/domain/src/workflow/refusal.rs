//! Why a command on a workflow is not allowed as things stand.

/// Why a command was refused. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkflowRefusal {
    /// There is no such workflow.
    #[error("There is no such workflow.")]
    Unknown,
    /// The workflow was defined before.
    #[error("The workflow has been defined already.")]
    AlreadyDefined,
    /// The workflow is retired.
    #[error("The workflow is retired. Reinstate it first.")]
    Retired,
}

impl WorkflowRefusal {
    /// The refusal as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "workflow_unknown",
            Self::AlreadyDefined => "workflow_already_defined",
            Self::Retired => "workflow_retired",
        }
    }
}
