//! `GET /status`

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem};
use crate::monitoring::Status;
use crate::permissions::Capability;

/// The route of the status.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(view_status))
}

/// See how the desk is doing
///
/// Its processes and their roles, how far everybody is who reads the log, and what needs a person.
#[utoipa::path(get, path = "/api/v1/status", tag = "Health",
    responses((status = 200, description = "How it is doing.", body = Status)))]
async fn view_status(
    State(api): State<Api>,
    caller: Caller,
    params: Params,
) -> Result<Json<Status>, Problem> {
    caller.may(Capability::ViewStatus)?;
    params.finish()?;
    Ok(Json(api.monitoring.status().await?))
}
