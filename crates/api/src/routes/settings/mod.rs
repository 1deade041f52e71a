//! Rules that an admin changes without a restart.

mod change;
mod patch;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of the settings.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(view::view_settings, change::change_settings))
}
