//! `DELETE /tickets/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::ticket::parse_reason;

use super::answer::target;
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;

/// Delete a ticket
///
/// It can be restored.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    responses((status = 204, description = "Deleted.")))]
pub(crate) async fn delete_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::DeleteTicket, &id).await?;
    let mut fields = command.body.fields();
    let reason = fields.text(&["reason"]).value();
    let reason = reason.and_then(|text| fields.parse("reason", parse_reason(&text)));
    fields.finish()?;
    let committed = api.commands.delete_ticket(&command.context, ticket, reason).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders(committed_headers(&committed))).into_response())
}
