//! `POST /users/logout`

use axum::extract::State;
use axum::http::{Extensions, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::sign_in::SignInRequest;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::Problem;

/// Which session ends.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct LogOutInput {
    /// Its refresh token. May be left out where the access token is sent along.
    #[schema(nullable = false)]
    refresh: Option<String>,
}

/// Sign out
///
/// Ends the session of the refresh token. One that does not work any more is no error.
#[utoipa::path(post, path = "/api/v1/users/logout", tag = "Users", request_body = LogOutInput,
    responses((status = 204, description = "The session has ended.")))]
pub(crate) async fn log_out(
    State(api): State<Api>,
    extensions: Extensions,
    request: SignInRequest,
) -> Result<StatusCode, Problem> {
    let caller = extensions.get::<Caller>();
    let session = caller.and_then(|caller| caller.user.zip(caller.session));
    let mut fields = request.body.fields();
    let token = fields.text(&["refresh"]);
    let token = match session {
        Some(_) => fields.not_null("refresh", token),
        None => fields.required("refresh", token),
    };
    fields.finish()?;
    match (token, session) {
        (Some(token), _) => api.commands.log_out(&request.context, &token).await?,
        (None, Some((user, session))) => {
            api.commands.log_out_session(&request.context, user, session).await?;
        }
        (None, None) => {}
    }
    Ok(StatusCode::NO_CONTENT)
}
