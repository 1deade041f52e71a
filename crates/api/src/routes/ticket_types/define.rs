//! `POST /ticket-types`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{refused, ticket_type_answer};
use super::form::{finish, read_form};
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::{TicketTypeBody, TicketTypeFormBody};

/// Define a ticket type
///
/// Also the import of what was exported elsewhere. Everything that is wrong with it is told at once, each with its
/// place.
#[utoipa::path(post, path = "/api/v1/ticket-types", tag = "Ticket types", request_body = TicketTypeFormBody,
    responses((status = 201, description = "The ticket type.", body = TicketTypeBody)))]
pub(crate) async fn define_ticket_type(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::DefineTicketType)?;
    let mut fields = command.body.fields();
    let form = read_form(&mut fields);
    finish(fields, &form)?;
    let defined = api.commands.define_ticket_type(&command.context, &form).await;
    ticket_type_answer(StatusCode::CREATED, &defined.map_err(refused)?)
}
