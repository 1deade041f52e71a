//! `PATCH /roles/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::body::{RoleBody, RoleNameBody, read_name, work_role};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;

/// Rename a work role
#[utoipa::path(patch, path = "/api/v1/roles/{id}", tag = "Roles",
    params(("id" = String, Path, description = "Id of a work role")),
    request_body = RoleNameBody,
    responses((status = 200, description = "The role.", body = RoleBody)))]
pub(crate) async fn rename_role(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::RenameRole)?;
    let role = work_role(&id)?;
    let name = read_name(command.body.fields())?;
    let renamed = api.commands.rename_work_role(&command.context, role, name.clone()).await?;
    let body = RoleBody::work(renamed.id, name.to_string(), renamed.version);
    Ok((AppendHeaders(committed_headers(&renamed)), Json(body)).into_response())
}
