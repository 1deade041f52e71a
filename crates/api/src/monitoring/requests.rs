//! How many requests there were, and how long they took: by route as a template, never by path.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::Instant;

use super::Monitoring;

/// Seconds. A command takes some milliseconds, an import its time.
const BUCKETS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0];
/// The status of a request whose caller went away before there was an answer, as other servers have it.
const GONE: u16 = 499;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Taken {
    method: &'static str,
    route: String,
}

/// The two metrics.
pub(super) struct Requests {
    total: Family<Answered, Counter>,
    duration: Family<Taken, Histogram, fn() -> Histogram>,
}

impl Requests {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let requests =
            Self { total: Family::default(), duration: Family::new_with_constructor(histogram) };
        registry.register("http_requests", "Requests answered", requests.total.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until a request was answered",
            Unit::Seconds,
            requests.duration.clone(),
        );
        requests
    }

    fn count(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        let taken = Taken { method, route: route.clone() };
        self.duration.get_or_create(&taken).observe(took.as_secs_f64());
        self.total.get_or_create(&Answered { method, route, status }).inc();
    }
}

/// Counts a request that has found its route, whoever answers it then.
pub(crate) async fn count_request(
    State(monitoring): State<Monitoring>,
    request: Request,
    next: Next,
) -> Response {
    let mut pending = Pending {
        monitoring,
        method: known(request.method()),
        route: request.extensions().get().cloned(),
        began: Instant::now(),
        status: None,
    };
    let response = next.run(request).await;
    pending.status = Some(response.status().as_u16());
    response
}

/// A request without an answer. Counts when it is dropped, so that those are counted as well that were given up.
struct Pending {
    monitoring: Monitoring,
    method: &'static str,
    route: Option<MatchedPath>,
    began: Instant,
    status: Option<u16>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let otherwise = if std::thread::panicking() { 500 } else { GONE };
        let status = self.status.unwrap_or(otherwise);
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        self.monitoring.0.requests.count(self.method, route, status, self.began.elapsed());
    }
}

/// The method, unless the caller made it up: there shall not be more and more of them.
fn known(method: &Method) -> &'static str {
    let all = [
        Method::GET,
        Method::POST,
        Method::PATCH,
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let names = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"];
    all.iter().zip(names).find(|(known, _)| *known == method).map_or("other", |(_, name)| name)
}
