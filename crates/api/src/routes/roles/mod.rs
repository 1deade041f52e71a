//! The permission roles, and the work roles that an admin makes.

mod body;
mod create;
mod list;
mod remove;
mod rename;
mod users;

use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of roles.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_roles, create::create_role))
        .routes(routes!(rename::rename_role, remove::remove_role))
        .routes(routes!(users::list_role_users))
        // Where a replaced system looks for them; the document names one place.
        .route("/api/v1/tts/roles", get(list::list_roles))
        .route("/api/v1/tts/roles/{id}/users", get(users::list_role_users))
}
