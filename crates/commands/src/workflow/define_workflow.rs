//! Defining a workflow.

use domain::workflow::{WorkflowForm, WorkflowState, define_workflow};

use super::{Defined, name_claim};
use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Context};

impl Commands {
    /// Defines a workflow, active at once.
    ///
    /// # Errors
    /// [`CommandError::BadWorkflow`], or [`CommandError::NameTaken`].
    pub async fn define_workflow(
        &self,
        ctx: &Context,
        form: &WorkflowForm,
    ) -> Result<Defined, CommandError> {
        let roles = self.role_facts().await?;
        let draft = form.parse(&roles).map_err(CommandError::BadWorkflow)?;
        let warnings = draft.warnings(&roles);
        let id = self.ambient().uuid_v7();
        let workflow = self
            .execute(ctx, Target::New(id), |states| {
                let state: &WorkflowState = &states[0].state;
                let mut decision = Decision::of(define_workflow(state, draft.clone())?);
                decision.claims.push((name_claim(&draft.name), id));
                Ok(decision)
            })
            .await?;
        Ok(Defined { workflow, warnings })
    }
}
