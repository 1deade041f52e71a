//! From a request to the context of a command: who, which command, seen in which version.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use commands::Context;
use domain::user::Role;
use eventstore::{Actor, Client};
use uuid::Uuid;

use super::body::{ReadBody, read};
use super::{Correlation, IfMatch, JsonBody, Problem};
use crate::Api;
use crate::auth::{Caller, ClientAddress};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Characters of the `User-Agent` that are kept.
const MAX_AGENT: usize = 300;

/// A command's context and the body it came with.
pub(crate) struct CommandContext {
    pub(crate) context: Context,
    pub(crate) body: JsonBody,
    pub(crate) caller: Caller,
}

impl FromRequest<Api> for CommandContext {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::of(&parts)?;
        let mut context = command_context(&mut parts, api, &caller).await?;
        let request = Request::from_parts(parts, body);
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let (parts, body) = request.into_parts();
        let limit = api.config.max_body_bytes;
        let bytes = read(Request::from_parts(parts.clone(), body), limit).await?;
        context.body_hash =
            api.store.secrets().mac("body", &[method.as_str().as_bytes(), path.as_bytes(), &bytes]);
        let mut request = Request::from_parts(parts, axum::body::Body::empty());
        request.extensions_mut().insert(ReadBody(bytes));
        let body = JsonBody::from_request(request, api).await?;
        Ok(Self { context, body, caller })
    }
}

/// The context of a command whose body is read by other means. The body hash covers method and path alone.
pub(crate) async fn command_context(
    parts: &mut Parts,
    api: &Api,
    caller: &Caller,
) -> Result<Context, Problem> {
    let IfMatch(if_match) = IfMatch::from_request_parts(parts, api).await?;
    let key = idempotency_key(parts.headers.get(&IDEMPOTENCY_KEY))?;
    let mut context = plain_context(
        &parts.method,
        &parts.uri,
        &parts.headers,
        &parts.extensions,
        api,
        Some(caller),
    );
    context.if_match = if_match;
    context.idempotent = key.is_some();
    if let Some(key) = key {
        context.command_id = keyed_id(api, &caller.scope(), &key);
    }
    Ok(context)
}

/// The context of what a request causes besides: no version to match, no repeat.
pub(crate) fn plain_context(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    extensions: &Extensions,
    api: &Api,
    caller: Option<&Caller>,
) -> Context {
    let correlation = extensions.get::<Correlation>().cloned().unwrap_or_default();
    let address = extensions.get::<ClientAddress>().map(|address| address.0.to_string());
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.map(|text| text.chars().take(MAX_AGENT).collect());
    let parts = [method.as_str().as_bytes(), uri.path().as_bytes()];
    Context {
        actor: caller.map_or(Actor::Anonymous, |caller| caller.actor),
        role: caller.map_or(Role::Viewer, |caller| caller.role),
        user: caller.and_then(|caller| caller.user),
        command_id: api.ambient.uuid_v7(),
        body_hash: api.store.secrets().mac("body", &parts),
        idempotent: false,
        if_match: None,
        correlation_id: correlation.id,
        causation_id: None,
        traceparent: correlation.traceparent,
        client: Some(Client { address, agent }),
        occurred_at: None,
    }
}

fn idempotency_key(value: Option<&HeaderValue>) -> Result<Option<String>, Problem> {
    let Some(value) = value else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let problem = || Problem::malformed("Idempotency-Key must have 1 to 255 printable characters.");
    key.map(|key| Some(key.to_owned())).ok_or_else(problem)
}

/// The command id behind a key: the same for the same caller and key, unguessable for others.
fn keyed_id(api: &Api, scope: &str, key: &str) -> Uuid {
    let mac = api.store.secrets().mac("command", &[scope.as_bytes(), key.as_bytes()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The header that marks the answer to a repeated command.
pub(crate) fn replayed() -> (HeaderName, HeaderValue) {
    (REPLAYED, HeaderValue::from_static("true"))
}
