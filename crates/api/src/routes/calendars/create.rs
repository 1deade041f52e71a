//! `POST /calendars`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{calendar_answer, refused};
use super::form::read_calendar;
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::{CalendarBody, CalendarFormBody};

/// Create a calendar
///
/// Open hours by weekday in a time zone, and the days that differ. Everything that is wrong with it is told at once, each
/// with its place.
#[utoipa::path(post, path = "/api/v1/calendars", tag = "Service levels",
    request_body = CalendarFormBody,
    responses((status = 201, description = "The calendar.", body = CalendarBody)))]
pub(crate) async fn create_calendar(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::CreateCalendar)?;
    let input = read_calendar(command.body.fields())?;
    let created = api.commands.create_calendar(&command.context, input).await;
    calendar_answer(StatusCode::CREATED, &created.map_err(refused)?)
}
