//! Workflows: defining and editing them, and what tasks ask of them.

mod define_workflow;
mod definitions;
mod edit_workflow;
mod facts;
mod retire_workflow;

use domain::vocabulary::WorkflowName;
use domain::workflow::{Warning, WorkflowState};
use eventstore::Claim;

use crate::Committed;
use crate::core::WORKFLOW_NAME;

pub(crate) use definitions::Definitions;

/// A workflow as it is after a command, and what to look at in it.
#[derive(Debug, Clone)]
pub struct Defined {
    /// The workflow.
    pub workflow: Committed<WorkflowState>,
    /// What to look at; it was defined all the same.
    pub warnings: Vec<Warning>,
}

/// Names that differ in nothing but case are one. A retired workflow keeps its name.
fn name_claim(name: &WorkflowName) -> Claim {
    Claim::plain(WORKFLOW_NAME, name.as_str().to_lowercase())
}
