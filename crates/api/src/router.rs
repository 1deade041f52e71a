//! Everything put together.

use axum::Router;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use eventstore::Ambient;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::auth::{authenticate, client_address, limit_rate};
use crate::conventions::{Problem, correlate, legacy_paths, name_route, render_problems};
use crate::monitoring::count_request;
use crate::{Api, Monitoring, asyncapi, openapi, routes, schemas};

/// The web application: all routes within their layers.
///
/// From the outside in: panics, security headers, CORS, correlation id, problem documents, legacy paths, the caller's
/// address, its identity, its rate, the route. Requests are counted where their route is known.
pub fn router(api: Api) -> Router {
    let (routes, document) = routes::all().split_for_parts();
    let document = openapi::complete(document);
    let routes = routes
        .route("/", get(async || Redirect::temporary("/api/docs/")))
        .merge(openapi::pages(document))
        .merge(asyncapi::pages(&api.config.asyncapi))
        .merge(schemas::pages(api.config.asyncapi.public_url.as_deref()))
        .fallback(async || Problem::not_found("route"))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(name_route))
        .layer(from_fn_with_state(api.clone(), limit_rate))
        .layer(from_fn_with_state(api.clone(), authenticate))
        .layer(from_fn_with_state(api.clone(), client_address))
        .layer(from_fn_with_state(api.monitoring.clone(), count_request))
        .with_state(api.clone());
    within_layers(routes, &api.config.cors_allowed_origins, api.ambient)
}

/// What a process serves that does not answer requests: its health and its metrics.
pub fn operations_router(monitoring: Monitoring, ambient: Ambient) -> Router {
    let routes = routes::operations()
        .fallback(async || {
            let detail = "This process serves its health and its metrics only.";
            Problem::new(StatusCode::NOT_FOUND, "not-found", detail)
        })
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(monitoring.clone(), count_request))
        .with_state(monitoring);
    within_layers(routes, &[], ambient)
}

fn within_layers(routes: Router, cors_allowed_origins: &[String], ambient: Ambient) -> Router {
    // The path has to be rewritten before the router looks at it: the layers around a router run after it matched.
    let service = tower::ServiceBuilder::new()
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().compress_when(whole()))
        .layer(security(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(security(header::X_FRAME_OPTIONS, "DENY"))
        .layer(security(header::REFERRER_POLICY, "no-referrer"))
        .layer(security(header::CONTENT_SECURITY_POLICY, CSP))
        .layer(security(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(security(header::CACHE_CONTROL, "no-store"))
        .layer(cors(cors_allowed_origins))
        .layer(from_fn_with_state(ambient, correlate))
        .layer(from_fn(render_problems))
        .layer(from_fn(legacy_paths));
    Router::new().fallback_service(service.service(routes))
}

/// Compressed is what is worth it, and what nobody asks for by ranges.
fn whole() -> impl Predicate {
    let no_ranges =
        |_, _, headers: &HeaderMap, _: &Extensions| !headers.contains_key(header::ACCEPT_RANGES);
    DefaultPredicate::new().and(no_ranges)
}

const CSP: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
                   object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

fn security(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        origins.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect();
    let exposed = [
        "accept-ranges",
        "content-disposition",
        "content-range",
        "docket-position",
        "docket-ignored",
        "etag",
        "idempotency-replayed",
        "link",
        "location",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "x-correlation-id",
    ];
    let accepted = [
        "accept",
        "authorization",
        "content-type",
        "docket-min-position",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "if-range",
        "range",
        "traceparent",
        "x-api-key",
        "x-correlation-id",
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE])
        .allow_headers(accepted.map(HeaderName::from_static))
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(std::time::Duration::from_secs(600))
}

async fn method_not_allowed() -> Problem {
    let detail = "This route does not know that method.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    // The panic's own words are in the log; they may hold what the caller must not see.
    tracing::error!("a handler panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
