//! Finding a ticket type, and answering with it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed};
use domain::TicketTypeId;
use domain::ticket_type::TicketTypeState;

use crate::conventions::{Problem, committed_headers, location};
use crate::render::TicketTypeBody;

/// The id in a path; what is none belongs to no ticket type.
pub(super) fn ticket_type_id(path: &str) -> Result<TicketTypeId, Problem> {
    path.parse().map_err(|_| missing())
}

/// The version in a path or a parameter; what is none belongs to no version.
pub(super) fn form_version(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| missing_version())
}

pub(super) fn missing() -> Problem {
    Problem::not_found("ticket type")
}

pub(super) fn missing_version() -> Problem {
    Problem::not_found("version of the ticket type")
}

/// What kept a command from doing something with a ticket type.
pub(super) fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    }
}

/// The ticket type after a command.
pub(super) fn ticket_type_answer(
    status: StatusCode,
    committed: &Committed<TicketTypeState>,
) -> Result<Response, Problem> {
    let ticket_type = committed.state.ticket_type().ok_or_else(missing)?;
    let id = TicketTypeId(committed.id);
    let body = TicketTypeBody::of_ticket_type(id, committed.version, ticket_type);
    let mut headers = committed_headers(committed);
    if status == StatusCode::CREATED {
        headers.extend(location(&format!("/api/v1/ticket-types/{id}")));
    }
    Ok((status, AppendHeaders(headers), Json(body)).into_response())
}
