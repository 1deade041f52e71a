//! `POST /roles`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::body::{RoleBody, RoleNameBody, read_name};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers, location};
use crate::permissions::Capability;

/// Make a work role
#[utoipa::path(post, path = "/api/v1/roles", tag = "Roles", request_body = RoleNameBody,
    responses((status = 201, description = "The role.", body = RoleBody)))]
pub(crate) async fn create_role(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::CreateRole)?;
    let name = read_name(command.body.fields())?;
    let created = api.commands.create_work_role(&command.context, name.clone()).await?;
    let body = RoleBody::work(created.id, name.to_string(), created.version);
    let mut headers = committed_headers(&created);
    headers.extend(location(&format!("/api/v1/roles/{}", created.id)));
    Ok((StatusCode::CREATED, AppendHeaders(headers), Json(body)).into_response())
}
