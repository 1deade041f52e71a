//! `DELETE /sla-policies/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::answer::{refused, sla_policy_id};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;

/// Remove an SLA policy
///
/// For good; its name is free again. Tickets that another policy has a rule for go over to that; the clocks of all others go
/// on by it as it last was.
#[utoipa::path(delete, path = "/api/v1/sla-policies/{id}", tag = "Service levels",
    params(("id" = uuid::Uuid, Path, description = "Id of the policy")),
    responses((status = 204, description = "The policy is removed.")))]
pub(crate) async fn remove_sla_policy(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::RemoveSlaPolicy)?;
    let id = sla_policy_id(&id)?;
    command.body.fields().finish()?;
    let removed = api.commands.remove_sla_policy(&command.context, id).await.map_err(refused)?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders(committed_headers(&removed))).into_response())
}
