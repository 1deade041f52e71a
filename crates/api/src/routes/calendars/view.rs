//! `GET /calendars/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use projections::Freshness;

use super::answer::{calendar_id, missing};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, wait_for_views};
use crate::permissions::Capability;
use crate::render::CalendarBody;

/// See a calendar
#[utoipa::path(get, path = "/api/v1/calendars/{id}", tag = "Service levels",
    params(("id" = uuid::Uuid, Path, description = "Id of the calendar")),
    responses((status = 200, description = "The calendar.", body = CalendarBody)))]
pub(crate) async fn view_calendar(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewCalendar)?;
    params.finish()?;
    let id = calendar_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.calendar(id).await?.filter(|row| row.removed_at.is_none());
    let row = row.ok_or_else(missing)?;
    Ok((AppendHeaders([etag(row.version)]), Json(CalendarBody::of_row(&row))).into_response())
}
