//! `POST /users/token/refresh`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::sign_in::{SignInRequest, SignedInBody};
use crate::Api;
use crate::conventions::Problem;

/// Which session goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct RefreshInput {
    /// The refresh token.
    refresh: String,
}

/// Exchange a refresh token for the next pair
///
/// The old token works until its successor is first used; its use after that ends the session.
#[utoipa::path(post, path = "/api/v1/users/token/refresh", tag = "Users", request_body = RefreshInput,
    responses((status = 200, description = "A pair of tokens, and the user.", body = SignedInBody)))]
pub(crate) async fn refresh_session(
    State(api): State<Api>,
    request: SignInRequest,
) -> Result<Json<SignedInBody>, Problem> {
    let mut fields = request.body.fields();
    let token = fields.text(&["refresh"]);
    let token = fields.required("refresh", token);
    fields.finish()?;
    let token = token.unwrap_or_default();
    let signed_in = api.commands.refresh_session(&request.context, &token).await?;
    Ok(Json(SignedInBody::new(&api, signed_in).await?))
}
