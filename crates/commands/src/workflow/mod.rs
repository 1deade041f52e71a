//! Workflows: defining and editing them, and the facts that tasks ask of them.

use domain::WorkflowId;
use domain::workflow::{MatchCandidate, RoleFacts, Warning, WorkflowForm, WorkflowState};
use sqlx::PgConnection;

use crate::core::Commands;
use crate::{CommandError, Committed, Context};

/// A workflow as it is after a command, and what to look at in it.
#[derive(Debug, Clone)]
pub struct Defined {
    /// The workflow.
    pub workflow: Committed<WorkflowState>,
    /// What to look at; it was defined all the same.
    pub warnings: Vec<Warning>,
}

const LATER: CommandError = CommandError::Internal("not built yet");

impl Commands {
    pub async fn define_workflow(
        &self,
        _ctx: &Context,
        _form: &WorkflowForm,
    ) -> Result<Defined, CommandError> {
        Err(LATER)
    }

    pub async fn edit_workflow(
        &self,
        _ctx: &Context,
        _workflow: WorkflowId,
        _form: &WorkflowForm,
    ) -> Result<Defined, CommandError> {
        Err(LATER)
    }

    pub async fn retire_workflow(
        &self,
        _ctx: &Context,
        _workflow: WorkflowId,
    ) -> Result<Committed<WorkflowState>, CommandError> {
        Err(LATER)
    }

    pub async fn reinstate_workflow(
        &self,
        _ctx: &Context,
        _workflow: WorkflowId,
    ) -> Result<Committed<WorkflowState>, CommandError> {
        Err(LATER)
    }

    pub async fn workflow_form(
        &self,
        _workflow: WorkflowId,
    ) -> Result<Option<(WorkflowForm, i32)>, CommandError> {
        Err(LATER)
    }

    pub async fn role_facts(&self) -> Result<Vec<RoleFacts>, CommandError> {
        Err(LATER)
    }

    pub async fn match_candidates(&self) -> Result<Vec<MatchCandidate>, CommandError> {
        Err(LATER)
    }

    pub async fn has_workflows(
        &self,
        _connection: &mut PgConnection,
    ) -> Result<bool, CommandError> {
        Err(LATER)
    }
}
