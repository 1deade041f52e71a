//! The headers that the answer to every command carries.

use axum::http::{HeaderName, HeaderValue, header};
use commands::Committed;

use super::{docket_position, etag, replayed};

/// `ETag`, `Docket-Position`, and `Idempotency-Replayed` where it was a repeat.
pub(crate) fn committed_headers<T>(committed: &Committed<T>) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![etag(committed.version), docket_position(committed.position)];
    if committed.replayed {
        headers.push(replayed());
    }
    headers
}

/// Where something that was just made is found.
pub(crate) fn location(path: &str) -> Option<(HeaderName, HeaderValue)> {
    HeaderValue::try_from(path).ok().map(|place| (header::LOCATION, place))
}
