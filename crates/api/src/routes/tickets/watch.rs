//! `POST DELETE /tickets/{id}/watch`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Watch a ticket
#[utoipa::path(post, path = "/api/v1/tickets/{id}/watch", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn watch_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::WatchTicket, &id).await?;
    command.body.fields().finish()?;
    let watcher = command.caller.require_user()?;
    let committed = api.commands.watch_ticket(&command.context, ticket, watcher).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}

/// Watch a ticket no longer
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/watch", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn unwatch_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::UnwatchTicket, &id).await?;
    command.body.fields().finish()?;
    let watcher = command.caller.require_user()?;
    let committed = api.commands.unwatch_ticket(&command.context, ticket, watcher).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}
