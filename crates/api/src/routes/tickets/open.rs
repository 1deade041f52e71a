//! `POST /tickets`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use commands::TicketChange;
use domain::ticket::Status;

use super::answer::ticket_answer;
use super::input::{OpenTicketBody, read_draft};
use crate::Api;
use crate::conventions::{CommandContext, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Open a ticket
#[utoipa::path(post, path = "/api/v1/tickets", tag = "Tickets", request_body = OpenTicketBody,
    responses((status = 201, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn open_ticket(
    State(api): State<Api>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let caller = command.caller;
    caller.may(Capability::OpenTicket)?;
    let settings = api.commands.settings().await?;
    let mut fields = command.body.fields();
    let input = read_draft(&mut fields);
    let status = fields.text(&["status"]).value().filter(|text| !text.is_empty());
    let status = status.and_then(|text| fields.parse("status", Status::parse(&text)));
    let assignee = fields.text(&["assigned_to"]).value().filter(|text| !text.is_empty());
    let assignee = assignee.and_then(|text| fields.parse("assigned_to", text.parse()));
    fields.parsed(input.clone().parse(&settings));
    fields.finish()?;
    let mut further = Vec::new();
    if let Some(assignee) = assignee {
        caller.may(Capability::AssignTicket)?;
        further.push(TicketChange::Assign(assignee));
    }
    if let Some(status) = status.filter(|status| *status != Status::Open) {
        caller.may(Capability::ChangeStatus)?;
        further.push(TicketChange::ChangeStatus { status, reason: None });
    }
    let committed = api.commands.open_ticket(&command.context, input, further).await?;
    ticket_answer(&api, StatusCode::CREATED, shape, committed).await
}
