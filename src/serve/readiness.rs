//! A part that stands still makes Docket unready, however little it is behind; so do settings with which the store of
//! files was never reached.

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

use super::halted::{Health, Trouble};

/// The router, whose `/readyz` says when a part has halted.
pub(super) fn watch(router: Router, health: Health) -> Router {
    router.layer(from_fn_with_state(health, refuse))
}

async fn refuse(State(health): State<Health>, request: Request, next: Next) -> Response {
    if request.uri().path() != "/readyz" {
        return next.run(request).await;
    }
    let Some(Trouble { kind, detail }) = health.unready() else { return next.run(request).await };
    let problem = json!({
        "type": format!("urn:docket:problem:{kind}"),
        "title": "Service Unavailable",
        "status": StatusCode::SERVICE_UNAVAILABLE.as_u16(),
        "detail": detail,
    });
    let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::RETRY_AFTER, "60")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(problem)).into_response()
}
