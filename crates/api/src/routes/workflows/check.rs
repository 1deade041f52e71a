//! `POST /workflows/check`

use axum::Json;
use axum::extract::State;
use commands::CommandError;
use serde::Serialize;
use utoipa::ToSchema;

use super::form::{finish, read_form};
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::{WarningBody, WorkflowFormBody, warnings};

/// What a look at a workflow found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckBody {
    /// What to look at; it could be defined all the same.
    warnings: Vec<WarningBody>,
}

/// See whether a workflow could be defined, and define none
///
/// A workflow with problems is answered as it would be when it is defined. Whether its name is free is not looked at.
#[utoipa::path(post, path = "/api/v1/workflows/check", tag = "Workflows", request_body = WorkflowFormBody,
    responses((status = 200, description = "It could be defined.", body = CheckBody)))]
pub(crate) async fn check_workflow(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Json<CheckBody>, Problem> {
    command.caller.may(Capability::CheckWorkflow)?;
    let mut fields = command.body.fields();
    let form = read_form(&mut fields);
    finish(&api, fields, &form).await?;
    let roles = api.commands.role_facts().await?;
    let draft = form.parse(&roles).map_err(CommandError::BadWorkflow)?;
    Ok(Json(CheckBody { warnings: warnings(&draft, &roles) }))
}
