//! `POST /workflows`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{refused, workflow_answer};
use super::form::{finish, read_form};
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::{WorkflowBody, WorkflowFormBody};

/// Define a workflow
///
/// Also the import of what was exported elsewhere. Everything that is wrong with it is told at once, each with its
/// place; what is merely odd comes as `warnings`.
#[utoipa::path(post, path = "/api/v1/workflows", tag = "Workflows", request_body = WorkflowFormBody,
    responses((status = 201, description = "The workflow.", body = WorkflowBody)))]
pub(crate) async fn define_workflow(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::DefineWorkflow)?;
    let mut fields = command.body.fields();
    let form = read_form(&mut fields);
    finish(&api, fields, &form).await?;
    let defined = api.commands.define_workflow(&command.context, &form).await;
    let defined = defined.map_err(refused)?;
    workflow_answer(&api, StatusCode::CREATED, defined.workflow).await
}
