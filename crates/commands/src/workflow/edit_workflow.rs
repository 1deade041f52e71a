//! Making a workflow what a form says.

use domain::WorkflowId;
use domain::workflow::{WorkflowForm, WorkflowState, edit_workflow};

use super::{Defined, name_claim};
use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Context};

impl Commands {
    /// Makes a workflow what a form says. Tasks that run go on with the version they began with.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::BadWorkflow`], [`CommandError::NameTaken`], or a
    /// refusal: it is retired and another one.
    pub async fn edit_workflow(
        &self,
        ctx: &Context,
        workflow: WorkflowId,
        form: &WorkflowForm,
    ) -> Result<Defined, CommandError> {
        let roles = self.role_facts().await?;
        let draft = form.parse(&roles).map_err(CommandError::BadWorkflow)?;
        let warnings = draft.warnings(&roles);
        let workflow = self
            .execute(ctx, Target::Existing(&[workflow.uuid()]), |states| {
                let state: &WorkflowState = &states[0].state;
                let mut decision = Decision::of(edit_workflow(state, draft.clone())?);
                let (old, new) = (name_claim(&state.known()?.name), name_claim(&draft.name));
                if old != new {
                    decision.releases.push(old);
                    decision.claims.push((new, workflow.uuid()));
                }
                Ok(decision)
            })
            .await?;
        Ok(Defined { workflow, warnings })
    }

    /// A workflow as its export has it, and the version of its record; none when there is no such
    /// workflow.
    ///
    /// # Errors
    /// The store's.
    pub async fn workflow_form(
        &self,
        workflow: WorkflowId,
    ) -> Result<Option<(WorkflowForm, i32)>, CommandError> {
        let Some(loaded) = self.workflow(workflow).await? else { return Ok(None) };
        let Some(current) = loaded.state.workflow() else { return Ok(None) };
        let form = WorkflowForm::of(&current.draft(), &self.role_facts().await?);
        Ok(Some((form, loaded.version)))
    }
}
