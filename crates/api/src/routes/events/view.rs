//! `GET /events/{position}`

use axum::Json;
use axum::extract::{Path, State};

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem};
use crate::permissions::Capability;
use crate::render::EventBody;

/// Read one event of the log
#[utoipa::path(get, path = "/api/v1/events/{position}", tag = "Log",
    params(("position" = i64, Path, minimum = 1, description = "Position in the log")),
    responses((status = 200, description = "The event.", body = EventBody)))]
pub(crate) async fn read_event(
    State(api): State<Api>,
    Path(position): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<EventBody>, Problem> {
    caller.may(Capability::ReadEvent)?;
    params.finish()?;
    let missing = || Problem::not_found("event");
    let position: i64 = position.parse().ok().filter(|p| *p >= 1).ok_or_else(missing)?;
    let event = api.store.read_at(position).await?.ok_or_else(missing)?;
    Ok(Json(EventBody::from(event)))
}
