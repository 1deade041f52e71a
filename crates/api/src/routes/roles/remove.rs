//! `DELETE /roles/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::body::work_role;
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;

/// Remove a work role
///
/// For good: nobody holds it any more, and its name is free again. Refused with 409, and who names it in `by`, while an
/// active workflow, an SLA policy or a waiting task does.
#[utoipa::path(delete, path = "/api/v1/roles/{id}", tag = "Roles",
    params(("id" = String, Path, description = "Id of a work role")),
    responses((status = 204, description = "The role is removed.")))]
pub(crate) async fn remove_role(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::RemoveRole)?;
    let role = work_role(&id)?;
    command.body.fields().finish()?;
    let removed = api.commands.remove_work_role(&command.context, role).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders(committed_headers(&removed))).into_response())
}
