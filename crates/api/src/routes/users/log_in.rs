//! `POST /users/token`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::sign_in::{SignInRequest, SignedInBody};
use crate::Api;
use crate::conventions::Problem;

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct LogInInput {
    /// E-mail address; also taken as `username`.
    #[schema(format = "email")]
    email: String,
    /// Password.
    #[schema(format = Password)]
    password: String,
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/users/token", tag = "Users", request_body = LogInInput,
    responses((status = 200, description = "A pair of tokens, and the user.", body = SignedInBody)))]
pub(crate) async fn log_in(
    State(api): State<Api>,
    request: SignInRequest,
) -> Result<Json<SignedInBody>, Problem> {
    let mut fields = request.body.fields();
    let email = fields.text(&["email", "username"]);
    let email = fields.required("email", email);
    let password = fields.text(&["password"]);
    let password = fields.required("password", password);
    fields.finish()?;
    let (email, password) = (email.unwrap_or_default(), password.unwrap_or_default());
    let signed_in = api.commands.log_in(&request.context, &email, &password).await?;
    Ok(Json(SignedInBody::new(&api, signed_in).await?))
}
