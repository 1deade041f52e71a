//! `PATCH /calendars/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::CommandError;

use super::answer::{calendar_answer, calendar_id, missing, refused};
use super::form::read_calendar;
use crate::Api;
use crate::conventions::{CommandContext, Fields, Problem, Shape, patched};
use crate::permissions::Capability;
use crate::render::{CalendarBody, ChangeCalendarBody};

/// How often the patch is put on a newer calendar because somebody else was faster.
const ATTEMPTS: u32 = 5;

/// Change a calendar
///
/// A JSON merge patch: what is left out stays, the hours of a day and the holidays are replaced as wholes. Due times by
/// it are computed anew.
#[utoipa::path(patch, path = "/api/v1/calendars/{id}", tag = "Service levels",
    params(("id" = uuid::Uuid, Path, description = "Id of the calendar")),
    request_body = ChangeCalendarBody,
    responses((status = 200, description = "The calendar.", body = CalendarBody)))]
pub(crate) async fn change_calendar(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangeCalendar)?;
    let id = calendar_id(&id)?;
    let mut context = command.context;
    let (patch, ignored) = command.body.into_parts();
    let seen = context.if_match;
    for _ in 0..ATTEMPTS {
        let current = api.commands.calendar_input(id).await.map_err(refused)?;
        let (input, version) = current.ok_or_else(missing)?;
        let input = read_calendar(Fields::new(patched(&input, &patch)?, shape, ignored.clone()))?;
        // The patch fits the calendar that was read, and no other.
        context.if_match = Some(seen.unwrap_or(version));
        match api.commands.change_calendar(&context, id, input).await {
            Err(CommandError::VersionMismatch { .. }) if seen.is_none() => {}
            done => return calendar_answer(StatusCode::OK, &done.map_err(refused)?),
        }
    }
    Err(CommandError::Contended.into())
}
