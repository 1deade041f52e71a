//! Finding a calendar, and answering with it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed};
use domain::CalendarId;
use domain::calendar::CalendarState;

use crate::conventions::{Problem, committed_headers, location};
use crate::render::CalendarBody;

/// The id in a path; what is none belongs to no calendar.
pub(super) fn calendar_id(path: &str) -> Result<CalendarId, Problem> {
    path.parse().map_err(|_| missing())
}

pub(super) fn missing() -> Problem {
    Problem::not_found("calendar")
}

/// What kept a command from doing something with a calendar.
pub(super) fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    }
}

/// The calendar after a command.
pub(super) fn calendar_answer(
    status: StatusCode,
    committed: &Committed<CalendarState>,
) -> Result<Response, Problem> {
    let (definition, revision) = committed.state.latest().ok_or_else(missing)?;
    let body = CalendarBody::new(committed.id, committed.version, revision, definition);
    let mut headers = committed_headers(committed);
    if status == StatusCode::CREATED {
        headers.extend(location(&format!("/api/v1/calendars/{}", committed.id)));
    }
    Ok((status, AppendHeaders(headers), Json(body)).into_response())
}
