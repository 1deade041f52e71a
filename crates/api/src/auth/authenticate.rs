//! From the headers of a request to its [`Caller`].

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::UserId;
use domain::user::Role;
use eventstore::Actor;

use super::Caller;
use crate::Api;
use crate::conventions::{Problem, plain_context};

/// Finds out who is calling. A request without credentials goes on as nobody (or as the open mode's role); wrong
/// credentials end here. A 403 on the way back is recorded as an audit event.
pub(crate) async fn authenticate(
    State(api): State<Api>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match identify(&api, request.headers()).await {
        Ok(caller) => caller,
        // Whoever signs in or out need not throw a stale header away first.
        Err(_) if is_sign_in(request.uri().path()) => None,
        Err(problem) => return problem.into_response(),
    };
    let Some(caller) = caller else { return next.run(request).await };
    let context = plain_context(
        request.method(),
        request.uri(),
        request.headers(),
        request.extensions(),
        &api,
        Some(&caller),
    );
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    if response.status() == StatusCode::FORBIDDEN
        && let Some(problem) = response.extensions().get::<Problem>()
        && let Some(capability) = problem.extra.get("capability").and_then(|name| name.as_str())
        && let Err(error) = api.commands.record_permission_refused(&context, capability).await
    {
        tracing::error!(%error, "a refusal could not be recorded");
    }
    response
}

fn is_sign_in(path: &str) -> bool {
    matches!(path, "/api/v1/users/token" | "/api/v1/users/token/refresh" | "/api/v1/users/logout")
}

async fn identify(api: &Api, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let Some(credential) = credential(headers)? else {
        return Ok(api.config.open_mode.map(open_caller));
    };
    if credential.starts_with(commands::API_TOKEN_PREFIX) {
        return api_token(api, credential).await.map(Some);
    }
    let now = api.ambient.now().timestamp();
    let invalid = || Problem::unauthorized("The access token is invalid or has expired.");
    let claims = api.tokens.verify(credential, now).ok_or_else(invalid)?;
    if !api.commands.is_session_live(claims.sid).await? {
        return Err(Problem::unauthorized("The session has ended. Sign in again."));
    }
    let user = UserId(claims.user_id);
    let role = active_role(api, user).await?;
    Ok(Some(Caller {
        actor: Actor::User { id: claims.user_id },
        role,
        user: Some(user),
        token: None,
        scopes: None,
        session: Some(claims.sid),
    }))
}

async fn api_token(api: &Api, credential: &str) -> Result<Caller, Problem> {
    let facts = api.commands.authenticate_api_token(credential).await?;
    let invalid = || Problem::unauthorized("The API token is invalid, revoked or has expired.");
    let facts = facts.ok_or_else(invalid)?;
    if !facts.user.active {
        return Err(inactive());
    }
    Ok(Caller {
        actor: Actor::Token { id: facts.user.id.uuid(), token: facts.token_id.uuid() },
        role: facts.user.role,
        user: Some(facts.user.id),
        token: Some(facts.token_id.uuid()),
        scopes: Some(facts.scopes),
        session: None,
    })
}

/// The role the user has now, which may not be the one the token was made for.
async fn active_role(api: &Api, user: UserId) -> Result<Role, Problem> {
    let facts = api.commands.user(user).await?;
    let active = facts.filter(|facts| facts.active);
    active.map(|facts| facts.role).ok_or_else(inactive)
}

fn inactive() -> Problem {
    Problem::unauthorized("This account is not active.")
}

fn credential(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let malformed = || Problem::unauthorized("Authorization must be: Bearer <token>.");
        let (scheme, token) =
            value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
        let token = token.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(malformed());
        }
        return Ok(Some(token));
    }
    let Some(value) = headers.get("x-api-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| key.starts_with(commands::API_TOKEN_PREFIX));
    key.map(Some).ok_or_else(|| Problem::unauthorized("X-Api-Key must be an API token."))
}

fn open_caller(role: Role) -> Caller {
    Caller { actor: Actor::Open, role, user: None, token: None, scopes: None, session: None }
}
