//! The log itself, sealed as it is stored.

mod head;
mod list;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of the log.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::read_events))
        .routes(routes!(head::view_log_head))
        .routes(routes!(view::read_event))
}
