//! `GET /settings`

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag};
use crate::permissions::Capability;
use crate::render::SettingsBody;

/// See the settings
#[utoipa::path(get, path = "/api/v1/settings", tag = "Settings",
    responses((status = 200, description = "The settings.", body = SettingsBody)))]
pub(crate) async fn view_settings(
    State(api): State<Api>,
    caller: Caller,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewSettings)?;
    params.finish()?;
    // No view holds them: they are one small record, read by every command.
    let current = api.commands.current_settings().await?;
    let body = SettingsBody::new(current.version, &current.state);
    Ok((AppendHeaders([etag(current.version)]), Json(body)).into_response())
}
