//! Requests of those who are not signed in yet, or want to be no longer, and the pair of tokens they get.

use axum::extract::{FromRequest, Request};
use commands::{Context, SignedIn};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{known, user_body};
use crate::Api;
use crate::auth::ACCESS_SECONDS;
use crate::conventions::{JsonBody, Problem, plain_context};
use crate::render::UserBody;

/// A request whose sender is known by its body alone.
pub(super) struct SignInRequest {
    /// Where it came from, for the audit.
    pub(super) context: Context,
    pub(super) body: JsonBody,
}

impl FromRequest<Api> for SignInRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (method, uri) = (request.method(), request.uri());
        let (headers, extensions) = (request.headers(), request.extensions());
        let context = plain_context(method, uri, headers, extensions, api, None);
        let body = JsonBody::from_request(request, api).await?;
        Ok(Self { context, body })
    }
}

/// What somebody gets who signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedInBody {
    /// Access token: a JWT with `user_id` and `role`.
    access: String,
    /// Refresh token: good once, for the next pair.
    refresh: String,
    /// How the access token is sent.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How long the access token is good for, in seconds.
    expires_in: i64,
    /// Who signed in.
    user: UserBody,
}

impl SignedInBody {
    pub(super) async fn new(api: &Api, signed_in: SignedIn) -> Result<Self, Problem> {
        let id = signed_in.user.id;
        let (role, now) = (signed_in.user.role.as_str(), api.ambient.now().timestamp());
        let jti = api.ambient.uuid_v7();
        let access = api
            .tokens
            .sign(id.uuid(), role, signed_in.session, jti, now)
            .map_err(|error| Problem::internal(&error))?;
        let record = known(api.commands.user_state(id).await?)?;
        let user = user_body(api, id, record.version, known(record.state.user())?).await?;
        let (refresh, expires_in) = (signed_in.refresh_token, ACCESS_SECONDS);
        Ok(Self { access, refresh, token_type: "Bearer", expires_in, user })
    }
}
