//! Health, for those who run Docket.

mod live;
mod ready;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of health: outside `/api`, for anyone.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(live::healthz)).routes(routes!(ready::readyz))
}
