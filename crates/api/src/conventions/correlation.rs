//! One id for everything that one request causes.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, request};
use axum::middleware::Next;
use axum::response::Response;
use eventstore::Ambient;
use tracing::Instrument;

use super::trace::{record_status, request_span};

const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The correlation id of a request, and the trace it belongs to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Correlation {
    pub(crate) id: String,
    pub(crate) traceparent: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Correlation {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Takes over the caller's id if it sent a sound one, or makes one; answers with it.
pub(crate) async fn correlate(
    State(ambient): State<Ambient>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut correlation = correlation(&ambient, request.headers());
    let method = request.method().clone();
    let traced = request_span(&request, &mut correlation);
    // Neither the query nor the address: both may be personal.
    let span = tracing::info_span!("request", correlation_id = %correlation.id, %method, path = shown(request.uri().path()));
    request.extensions_mut().insert(correlation.clone());
    let started = tokio::time::Instant::now();
    // The traced span is the inner one, so that it is the current one where the route is known.
    let answer = next.run(request).instrument(traced.clone());
    let mut response = answer.instrument(span.clone()).await;
    record_status(&traced, response.status());
    let status = response.status().as_u16();
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::debug!(status, milliseconds, "answered"));
    if let Ok(value) = HeaderValue::try_from(&correlation.id) {
        response.headers_mut().insert(CORRELATION, value);
    }
    response.extensions_mut().insert(correlation);
    response
}

/// A path as it may be written down: what comes after `/external/` holds the secret of an answer.
fn shown(path: &str) -> &str {
    const EXTERNAL: &str = "/external/";
    path.find(EXTERNAL).map_or(path, |at| &path[..at + EXTERNAL.len()])
}

fn correlation(ambient: &Ambient, headers: &HeaderMap) -> Correlation {
    let sent = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let id = sent(&CORRELATION)
        .filter(|id| is_sound(id))
        .map_or_else(|| ambient.uuid_v7().to_string(), str::to_owned);
    let traceparent = sent(&TRACEPARENT).filter(|text| is_traceparent(text)).map(str::to_owned);
    Correlation { id, traceparent }
}

/// Letters, digits, `-`, `_` and `.`; 1 to 64 of them. Nothing that could be a sentence or an address.
fn is_sound(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// `00-<32 hex>-<16 hex>-<2 hex>`, none of the ids all zero (W3C Trace Context).
fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let nonzero = |part: &str| part.bytes().any(|b| b != b'0');
    matches!(parts.as_slice(), ["00", trace, parent, flags]
        if hex(trace, 32) && hex(parent, 16) && hex(flags, 2) && nonzero(trace) && nonzero(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_ids_are_taken_over() {
        for good in ["a", "0199c0de-0000-7000-8000-000000000000", "req_1.2"] {
            assert!(is_sound(good), "{good}");
        }
        for bad in ["", "ann@example.com", "a b", "ä", &"x".repeat(65)] {
            assert!(!is_sound(bad), "{bad}");
        }
    }

    #[test]
    fn the_secret_of_an_answer_is_not_written_down() {
        for path in ["/external/a/b/c", "/api/v1/external/a/b/c"] {
            assert!(shown(path).ends_with("/external/"), "{path}");
        }
        assert_eq!(shown("/api/v1/tickets/7"), "/api/v1/tickets/7");
    }

    #[test]
    fn a_traceparent_is_checked() {
        assert!(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        assert!(!is_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
        assert!(!is_traceparent("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        assert!(!is_traceparent("01-x"));
    }
}
