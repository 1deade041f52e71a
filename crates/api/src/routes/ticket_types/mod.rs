//! Ticket types: the forms that tickets of a kind are filled in with.

mod answer;
mod check;
mod define;
mod edit;
mod export;
mod form;
mod list;
mod schema;
mod version;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of ticket types.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_ticket_types, define::define_ticket_type))
        .routes(routes!(check::check_ticket_type))
        .routes(routes!(view::view_ticket_type, edit::edit_ticket_type))
        .routes(routes!(export::export_ticket_type))
        .routes(routes!(schema::view_ticket_type_schema))
        .routes(routes!(version::view_ticket_type_version))
}
