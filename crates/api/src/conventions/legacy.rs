//! Paths as clients write them, old and new, and the shape of the answers that go with them.
//!
//! One route is reached by `/tickets`, `/tickets/`, `/api/tickets/` and `/api/v1/tickets/`. A path that names `/v1`
//! gets the strict shape. A path without it (and `/api/v1/users`, `/api/v1/tts`, which the replaced systems used as
//! well) gets the legacy shape: it differs in shape, never in rules.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, HeaderValue, Method, Uri, request};
use axum::middleware::Next;
use axum::response::Response;

use super::position::{HEAD, MIN_POSITION};

const IGNORED: HeaderName = HeaderName::from_static("docket-ignored");
/// Paths outside `/api`: left alone but for a trailing slash.
const OUTSIDE: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/app"];

/// The shape of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `/api/v1`: one name for everything, nothing unknown.
    V1,
    /// As the clients of the replaced systems expect it.
    Legacy,
}

impl<S: Send + Sync> FromRequestParts<S> for Shape {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::V1))
    }
}

/// Collects the names of fields and parameters that a legacy request carries for nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ignored(Arc<Mutex<Vec<String>>>);

impl Ignored {
    pub(crate) fn note(&self, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() < 50 && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }

    fn header(&self) -> Option<HeaderValue> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.is_empty() {
            return None;
        }
        let safe = |c: char| if c.is_ascii_graphic() && c != ',' { c } else { '?' };
        let names: Vec<String> =
            names.iter().map(|name| name.chars().take(64).map(safe).collect()).collect();
        HeaderValue::try_from(names.join(", ")).ok()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Ignored {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Rewrites the path to the route's own, marks the shape, and names what was ignored.
pub(crate) async fn legacy_paths(mut request: Request, next: Next) -> Response {
    let (path, shape) = canonical(request.uri().path());
    if path != request.uri().path() {
        *request.uri_mut() = with_path(request.uri(), &path);
    }
    let ignored = Ignored::default();
    request.extensions_mut().insert(shape);
    request.extensions_mut().insert(ignored.clone());
    if shape == Shape::Legacy && request.method() == Method::GET {
        // Those systems had one database: what was written could be read at once.
        request.headers_mut().entry(MIN_POSITION).or_insert(HEAD);
    }
    let mut response = next.run(request).await;
    if let Some(names) = ignored.header() {
        response.headers_mut().insert(IGNORED, names);
    }
    // The layers outside of this one need the shape as well.
    response.extensions_mut().insert(shape);
    response
}

fn canonical(path: &str) -> (String, Shape) {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return ("/".to_owned(), Shape::V1);
    }
    let under = |prefix: &str, path: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if OUTSIDE.iter().any(|outside| under(outside, trimmed)) || is_document(trimmed) {
        // Pages and documents keep their slash: relative links depend on it.
        let path = if is_document(trimmed) { path } else { trimmed };
        return (path.to_owned(), Shape::V1);
    }
    if under("/api/v1", trimmed) || under("/v1", trimmed) {
        let rest = trimmed.trim_start_matches("/api").trim_start_matches("/v1");
        let shared = under("/users", rest) || under("/tts", rest);
        let explicit_users = under("/api/v1", trimmed) && shared;
        let shape = if explicit_users { Shape::Legacy } else { Shape::V1 };
        return (format!("/api/v1{rest}"), shape);
    }
    let rest = if under("/api", trimmed) { &trimmed["/api".len()..] } else { trimmed };
    (format!("/api/v1{rest}"), Shape::Legacy)
}

fn is_document(path: &str) -> bool {
    ["/api/docs", "/api/openapi.json", "/api/asyncapi.json"].contains(&path)
        || path.starts_with("/api/docs/")
        || path.starts_with("/api/schemas/")
}

fn with_path(uri: &Uri, path: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    match PathAndQuery::try_from(format!("{path}{query}")) {
        Ok(path_and_query) => parts.path_and_query = Some(path_and_query),
        // A prefix of legal characters cannot make a legal path illegal; then it stays as it is.
        Err(_) => return uri.clone(),
    }
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reaches_the_same_route() {
        for (path, canonical_path, shape) in [
            ("/tickets", "/api/v1/tickets", Shape::Legacy),
            ("/tickets/", "/api/v1/tickets", Shape::Legacy),
            ("/api/tickets/", "/api/v1/tickets", Shape::Legacy),
            ("/api/v1/tickets/", "/api/v1/tickets", Shape::V1),
            ("/v1/tickets", "/api/v1/tickets", Shape::V1),
            ("/api/v1/users/token/", "/api/v1/users/token", Shape::Legacy),
            ("/api/v1/tts/roles/", "/api/v1/tts/roles", Shape::Legacy),
            ("/api/v1/usersx", "/api/v1/usersx", Shape::V1),
            ("/healthz", "/healthz", Shape::V1),
            ("/api/docs/", "/api/docs/", Shape::V1),
            ("/api/docs/swagger-ui.css", "/api/docs/swagger-ui.css", Shape::V1),
            ("/api/asyncapi.json", "/api/asyncapi.json", Shape::V1),
            ("/api/schemas/a.v1.json", "/api/schemas/a.v1.json", Shape::V1),
            ("/apix", "/api/v1/apix", Shape::Legacy),
            ("//", "/", Shape::V1),
        ] {
            assert_eq!(canonical(path), (canonical_path.to_owned(), shape), "{path}");
        }
    }

    #[test]
    fn the_query_survives() {
        let uri: Uri = "/tickets/?status=open&x=%20".parse().unwrap();
        assert_eq!(with_path(&uri, "/api/v1/tickets"), "/api/v1/tickets?status=open&x=%20");
    }
}
