//! Retiring a workflow and reinstating it.

use domain::WorkflowId;
use domain::workflow::{WorkflowState, reinstate_workflow, retire_workflow};

use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Lets no new task begin with a workflow. It keeps its name, and its tasks go on.
    ///
    /// # Errors
    /// [`CommandError::NotFound`].
    pub async fn retire_workflow(
        &self,
        ctx: &Context,
        workflow: WorkflowId,
    ) -> Result<Committed<WorkflowState>, CommandError> {
        self.execute(ctx, Target::Existing(&[workflow.uuid()]), |states| {
            Ok(Decision::of(retire_workflow(&states[0].state)?))
        })
        .await
    }

    /// Lets new tasks begin with a workflow again.
    ///
    /// # Errors
    /// [`CommandError::NotFound`].
    pub async fn reinstate_workflow(
        &self,
        ctx: &Context,
        workflow: WorkflowId,
    ) -> Result<Committed<WorkflowState>, CommandError> {
        self.execute(ctx, Target::Existing(&[workflow.uuid()]), |states| {
            Ok(Decision::of(reinstate_workflow(&states[0].state)?))
        })
        .await
    }
}
