//! `POST /tickets/{id}/restore`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Bring a deleted ticket back
#[utoipa::path(post, path = "/api/v1/tickets/{id}/restore", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn restore_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::RestoreTicket, &id).await?;
    command.body.fields().finish()?;
    let committed = api.commands.restore_ticket(&command.context, ticket).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}
