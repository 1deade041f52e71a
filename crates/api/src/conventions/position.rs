//! Reading one's own writes: `Docket-Position` out, `Docket-Min-Position` in.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use projections::{Freshness, QueryError};

use super::Problem;
use crate::Api;

const POSITION: HeaderName = HeaderName::from_static("docket-position");
pub(super) const MIN_POSITION: HeaderName = HeaderName::from_static("docket-min-position");
/// In the place of a position: wherever the log ends when the query comes in.
pub(super) const HEAD: HeaderValue = HeaderValue::from_static("head");

/// The header that tells how far the log was after a command.
pub(crate) fn docket_position(position: i64) -> (HeaderName, HeaderValue) {
    (POSITION, HeaderValue::from(position))
}

/// Waits until the views have reached what the caller asks for.
pub(crate) async fn wait_for_views(
    api: &Api,
    headers: &HeaderMap,
    freshness: Freshness,
) -> Result<(), Problem> {
    let Some(value) = headers.get(MIN_POSITION) else { return Ok(()) };
    if value == HEAD {
        return wait_for_head(api, freshness).await;
    }
    let position: i64 = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .filter(|position| *position >= 0)
        .ok_or_else(|| Problem::malformed("Docket-Min-Position must be a position of the log."))?;
    let head = api.store.head().await?.position;
    if position > head {
        let detail = format!("The log ends at position {head}.");
        return Err(Problem::malformed(detail));
    }
    api.queries.wait_for(position, freshness, api.config.max_view_wait).await.map_err(Problem::from)
}

/// Waits for all that is in the log now. Views that do not get there in time are shown as they are: the caller named
/// no write that it must see.
pub(crate) async fn wait_for_head(api: &Api, freshness: Freshness) -> Result<(), Problem> {
    let head = api.store.head().await?.position;
    match api.queries.wait_for(head, freshness, api.config.max_view_wait).await {
        Ok(()) | Err(QueryError::Behind { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
