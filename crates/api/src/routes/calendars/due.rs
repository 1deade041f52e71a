//! `GET /calendars/{id}/due`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use domain::FieldErrorKind;
use domain::calendar::{BusinessTime, Calendar};
use domain::sla::MAX_TARGET_MINUTES;
use projections::Freshness;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{calendar_id, missing};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, wait_for_views};
use crate::permissions::Capability;

/// When so much open time will have passed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueBody {
    /// The time it is counted from.
    from: DateTime<Utc>,
    /// The open time in minutes.
    minutes: u32,
    /// The first instant from `from` on at which the calendar is open; null when there is none before the year 2200.
    opens_at: Option<DateTime<Utc>>,
    /// The earliest instant by which it was open for so many minutes; null when there is none before the year 2200.
    due_at: Option<DateTime<Utc>>,
}

/// See when so much open time will have passed
///
/// To try a calendar: over a night, a holiday, a change of the clocks.
#[utoipa::path(get, path = "/api/v1/calendars/{id}/due", tag = "Service levels",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the calendar"),
        ("minutes" = u32, Query, minimum = 1, maximum = 525600, description = "Open time in minutes"),
        ("from" = Option<String>, Query, description = "A time; now when nothing is said"),
    ),
    responses((status = 200, description = "When that is.", body = DueBody)))]
pub(crate) async fn compute_due_time(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<DueBody>, Problem> {
    caller.may(Capability::ComputeDueTime)?;
    let minutes = params.number(&["minutes"], 1, MAX_TARGET_MINUTES);
    if minutes.is_none() && params.errors.is_empty() {
        params.error("minutes", &FieldErrorKind::Missing);
    }
    let from = params.time(&["from"]).unwrap_or_else(|| api.ambient.now());
    params.finish()?;
    let minutes = minutes.unwrap_or_default();
    let id = calendar_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.calendar(id).await?.filter(|row| row.removed_at.is_none());
    let row = row.ok_or_else(missing)?;
    let calendar = Calendar::new(&row.definition);
    Ok(Json(DueBody {
        from,
        minutes,
        opens_at: calendar.next_open(from),
        due_at: calendar.add(from, BusinessTime::from_minutes(minutes)),
    }))
}
