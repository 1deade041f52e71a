//! Accounts, signing in and out, one's own profile, API tokens.

mod answer;
mod api_tokens;
mod edit;
mod initial_password;
mod input;
mod list;
mod log_in;
mod log_out;
mod password;
mod profile;
mod refresh;
mod register;
mod sign_in;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of users.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(log_in::log_in))
        .routes(routes!(refresh::refresh_session))
        .routes(routes!(log_out::log_out))
        .routes(routes!(profile::view_profile, profile::change_profile))
        .routes(routes!(password::change_own_password))
        .routes(routes!(api_tokens::list_api_tokens, api_tokens::create_api_token))
        .routes(routes!(api_tokens::revoke_api_token))
        .routes(routes!(list::list_users, register::register_user))
        .routes(routes!(view::view_user, edit::edit_user))
        .routes(routes!(password::set_password))
}
