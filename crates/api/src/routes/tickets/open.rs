//! `POST /tickets`

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::{Assignee, TicketChange};
use domain::Settings;
use domain::ticket::{OpenTicketInput, Status};

use super::answer::ticket_answer;
use super::input::{OpenTicketBody, read_draft};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{CommandContext, Fields, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;
use crate::routes::files::{OpenTicketForm, brings_form, open_with_files};

/// Open a ticket
///
/// As JSON; or, with files, as a form whose first part is the ticket. Files for a field of the ticket's form come as
/// parts named `data.FIELD`.
#[utoipa::path(post, path = "/api/v1/tickets", tag = "Tickets",
    request_body(content((OpenTicketBody = "application/json"), (OpenTicketForm = "multipart/form-data"))),
    responses((status = 201, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn open_ticket(
    State(api): State<Api>,
    shape: Shape,
    request: Request,
) -> Result<Response, Problem> {
    if brings_form(&request) {
        return open_with_files(&api, request).await;
    }
    let command = CommandContext::from_request(request, &api).await?;
    command.caller.may(Capability::OpenTicket)?;
    let settings = api.commands.settings().await?;
    let (input, further) = read_new(&command.caller, command.body.fields(), &settings);
    let further = match further {
        Ok(further) => further,
        Err(problem) => return Err(problem.and_data(&api.commands.bad_data_of_new(input).await?)),
    };
    let committed = api.commands.open_ticket(&command.context, input, further).await?;
    ticket_answer(&api, StatusCode::CREATED, shape, committed).await
}

/// Reads a new ticket, and what is done with it at once.
pub(crate) fn read_open(
    caller: &Caller,
    fields: Fields,
    settings: &Settings,
) -> Result<(OpenTicketInput, Vec<TicketChange>), Problem> {
    let (input, further) = read_new(caller, fields, settings);
    Ok((input, further?))
}

/// The same; the ticket also when something is wrong.
fn read_new(
    caller: &Caller,
    mut fields: Fields,
    settings: &Settings,
) -> (OpenTicketInput, Result<Vec<TicketChange>, Problem>) {
    let input = read_draft(&mut fields);
    let status = fields.text(&["status"]).value().filter(|text| !text.is_empty());
    let status = status.and_then(|text| fields.parse("status", Status::parse(&text)));
    let assignee = fields.text(&["assigned_to"]).value().filter(|text| !text.is_empty());
    let assignee = assignee.and_then(|text| fields.parse("assigned_to", text.parse()));
    fields.parsed(input.clone().parse(settings));
    let further = fields.finish().and_then(|()| further(caller, status, assignee));
    (input, further)
}

/// What is done with the ticket at once, if the caller may.
fn further(
    caller: &Caller,
    status: Option<Status>,
    assignee: Option<Assignee>,
) -> Result<Vec<TicketChange>, Problem> {
    let mut further = Vec::new();
    if let Some(assignee) = assignee {
        caller.may(Capability::AssignTicket)?;
        further.push(TicketChange::Assign(assignee));
    }
    if let Some(status) = status.filter(|status| *status != Status::Open) {
        caller.may(Capability::ChangeStatus)?;
        further.push(TicketChange::ChangeStatus { status, reason: None });
    }
    Ok(further)
}
