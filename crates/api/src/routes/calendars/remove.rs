//! `DELETE /calendars/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::answer::{calendar_id, refused};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;

/// Remove a calendar
///
/// For good; its name is free again. One that a policy names stays.
#[utoipa::path(delete, path = "/api/v1/calendars/{id}", tag = "Service levels",
    params(("id" = uuid::Uuid, Path, description = "Id of the calendar")),
    responses((status = 204, description = "The calendar is removed.")))]
pub(crate) async fn remove_calendar(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::RemoveCalendar)?;
    let id = calendar_id(&id)?;
    command.body.fields().finish()?;
    let removed = api.commands.remove_calendar(&command.context, id).await.map_err(refused)?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders(committed_headers(&removed))).into_response())
}
