//! Views that stand still make Docket unready, however little they are behind.

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

use super::projectors::Halted;

/// The router, whose `/readyz` says when a projector has halted.
pub(super) fn watch(router: Router, halted: Halted) -> Router {
    router.layer(from_fn_with_state(halted, refuse))
}

async fn refuse(State(halted): State<Halted>, request: Request, next: Next) -> Response {
    let Some(reason) = halted.reason().filter(|_| request.uri().path() == "/readyz") else {
        return next.run(request).await;
    };
    let problem = json!({
        "type": "urn:docket:problem:views-halted",
        "title": "Service Unavailable",
        "status": StatusCode::SERVICE_UNAVAILABLE.as_u16(),
        "detail": format!("The views stand still: {reason}."),
    });
    let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::RETRY_AFTER, "60")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(problem)).into_response()
}
