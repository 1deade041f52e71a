//! Working calendars: which time counts.

mod answer;
mod change;
mod create;
mod due;
mod form;
mod list;
mod remove;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of calendars.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_calendars, create::create_calendar))
        .routes(routes!(view::view_calendar, change::change_calendar, remove::remove_calendar))
        .routes(routes!(due::compute_due_time))
}
