//! `PATCH /workflows/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::{CommandError, Committed, Context, derive_command_id};
use domain::WorkflowId;
use domain::workflow::{WorkflowForm, WorkflowState, WorkflowStatus};
use serde_json::{Map, Value};

use super::answer::{missing, refused, workflow_answer, workflow_id};
use super::form::{finish, read_form};
use crate::Api;
use crate::conventions::{CommandContext, Fields, Given, Problem, Shape, patched};
use crate::permissions::Capability;
use crate::render::{EditWorkflowBody, WorkflowBody};

/// How often the patch is put on a newer workflow because somebody else was faster.
const ATTEMPTS: u32 = 5;

/// Change a workflow, retire it or reinstate it
///
/// A JSON merge patch over the form: what is left out stays, lists are replaced as wholes. Other steps or transitions
/// make a new version of the definition; tasks that run finish on the one they began with.
#[utoipa::path(patch, path = "/api/v1/workflows/{id}", tag = "Workflows",
    params(("id" = uuid::Uuid, Path, description = "Id of the workflow")),
    request_body = EditWorkflowBody,
    responses((status = 200, description = "The workflow.", body = WorkflowBody)))]
pub(crate) async fn edit_workflow(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::EditWorkflow)?;
    let id = workflow_id(&id)?;
    let mut context = command.context;
    let (patch, ignored) = command.body.into_parts();
    let seen = context.if_match;
    for _ in 0..ATTEMPTS {
        let current = api.commands.workflow_form(id).await.map_err(refused)?;
        let (form, version) = current.ok_or_else(missing)?;
        let mut map = patched(&form, &patch)?;
        // The form has no status to remove: that there is none has to be told.
        map.extend(
            patch.get_key_value("status").map(|(name, value)| (name.clone(), value.clone())),
        );
        let fields = Fields::new(map, shape, ignored.clone());
        let edit = read(&api, fields, &patch).await?;
        // The patch fits the form that was read, and no other.
        context.if_match = Some(seen.unwrap_or(version));
        match edit.apply(&api, &context, id).await {
            Err(CommandError::VersionMismatch { .. }) if seen.is_none() => {}
            done => return workflow_answer(&api, StatusCode::OK, done.map_err(refused)?).await,
        }
    }
    Err(CommandError::Contended.into())
}

struct Edit {
    /// The new form, where the patch says anything about it.
    form: Option<WorkflowForm>,
    status: Option<WorkflowStatus>,
}

async fn read(api: &Api, mut fields: Fields, patch: &Map<String, Value>) -> Result<Edit, Problem> {
    let status = match fields.text(&["status"]) {
        Given::Absent => None,
        given => fields.required("status", given),
    };
    let status = status.and_then(|text| fields.parse("status", WorkflowStatus::parse(&text)));
    let form = read_form(&mut fields);
    finish(api, fields, &form).await?;
    let concerns_form = status.is_none() || patch.len() > 1;
    Ok(Edit { form: concerns_form.then_some(form), status })
}

impl Edit {
    /// A retired workflow cannot be edited, so that it is reinstated first and retired last.
    async fn apply(
        &self,
        api: &Api,
        context: &Context,
        id: WorkflowId,
    ) -> Result<Committed<WorkflowState>, CommandError> {
        let second = || {
            let secrets = api.store.secrets();
            context.with_command(derive_command_id(
                secrets,
                context.command_id,
                "workflow-status",
                0,
            ))
        };
        let commands = &api.commands;
        match (self.status, &self.form) {
            (None, None) => Err(CommandError::Internal("an edit of nothing")),
            (None, Some(form)) => Ok(commands.edit_workflow(context, id, form).await?.workflow),
            (Some(WorkflowStatus::Active), None) => commands.reinstate_workflow(context, id).await,
            (Some(WorkflowStatus::Retired), None) => commands.retire_workflow(context, id).await,
            (Some(WorkflowStatus::Active), Some(form)) => {
                commands.reinstate_workflow(context, id).await?;
                Ok(commands.edit_workflow(&second(), id, form).await?.workflow)
            }
            (Some(WorkflowStatus::Retired), Some(form)) => {
                commands.edit_workflow(context, id, form).await?;
                commands.retire_workflow(&second(), id).await
            }
        }
    }
}
