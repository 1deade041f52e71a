//! Health, for those who run Docket.

mod live;
mod metrics;
mod ready;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Api, Monitoring};

/// The routes of health: outside `/api`, for anyone.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(live::healthz))
        .routes(routes!(ready::readyz))
        .routes(routes!(metrics::metrics))
}

/// The same for a process that does not answer requests.
pub(crate) fn operations() -> Router<Monitoring> {
    Router::new()
        .route("/healthz", get(live::healthz))
        .route("/readyz", get(ready::ready_at_work))
        .route("/metrics", get(metrics::metrics))
}
