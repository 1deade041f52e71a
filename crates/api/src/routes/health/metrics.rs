//! `GET /metrics`

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;

use crate::conventions::Problem;
use crate::monitoring::{Format, Monitoring};

/// Metrics, for Prometheus
///
/// Of this process; those about the whole desk are the same from each. OpenMetrics where the caller accepts it.
#[utoipa::path(get, path = "/metrics", tag = "Health",
    responses((status = 200, description = "All metrics.", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(
    State(monitoring): State<Monitoring>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let format = Format::accepted(accept);
    let text = monitoring.scrape().await.map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, format.media_type())], format.say(text)))
}
