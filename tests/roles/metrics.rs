//! `GET /metrics`

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Desk, Setup, open_ticket};

/// The samples of a text in Prometheus' format, by name and labels as they stand there. Fails at what is no such text.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
    };
    let mut types = Vec::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let (kind, rest) = comment.split_once(' ').unwrap();
            let (name, rest) = rest.split_once(' ').unwrap();
            assert!(["HELP", "TYPE"].contains(&kind) && is_name(name), "{line}");
            if kind == "TYPE" {
                assert!(["counter", "gauge", "histogram"].contains(&rest), "{line}");
                assert!(!types.contains(&name), "{name} is there twice");
                types.push(name);
            }
            continue;
        }
        let (key, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = key.split_once('{').unwrap_or((key, "}"));
        assert!(name.starts_with("docket_") && is_name(name), "{line}");
        assert!(labels.ends_with('}'), "{line}");
        let family = types.last().expect("a type comes before its samples");
        assert!(name.starts_with(family), "{line} under {family}");
        let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        assert!(samples.insert(key.to_owned(), value).is_none(), "{key} is there twice");
    }
    samples
}

/// What a process counts, and the answer that tells it.
pub async fn scraped(desk: &Desk) -> (Answer, BTreeMap<String, f64>) {
    let answer = desk.anonymous().get("/metrics").await;
    assert_eq!(answer.status, 200);
    let samples = samples(&answer.text());
    (answer, samples)
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_what_was_asked() {
    let desk = Desk::start(Setup::default()).await;
    let handler = desk.as_handler().await;
    let ticket = open_ticket(&handler, "Zebra crossing").await;
    let id = ticket["id"].as_str().unwrap();
    for path in [format!("/api/v1/tickets/{id}"), format!("/tickets/{id}/")] {
        handler.get(&path).await.expect(200);
    }
    handler.get("/api/v1/nothing/zebra").await.problem(404);
    handler.post("/api/v1/tickets", json!({ "subject": "" })).await.problem(422);
    desk.anonymous().get("/api/v1/tickets").await.problem(401);
    desk.anonymous().call(Method::from_bytes(b"ZEBRA").unwrap(), "/healthz").send().await;

    let (answer, samples) = scraped(&desk).await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let requests = |method: &str, route: &str, status: u16| {
        let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
        samples.get(&format!("docket_http_requests_total{{{labels}}}")).copied()
    };
    assert_eq!(requests("POST", "/api/v1/tickets", 201), Some(1.0), "{samples:?}");
    assert_eq!(requests("POST", "/api/v1/tickets", 422), Some(1.0));
    assert_eq!(requests("GET", "/api/v1/tickets", 401), Some(1.0));
    assert_eq!(requests("GET", "/api/v1/tickets/{id}", 200), Some(2.0), "both paths are one route");
    assert_eq!(requests("GET", "none", 404), Some(1.0));
    assert_eq!(requests("other", "/healthz", 405), Some(1.0));
    let route = "method=\"POST\",route=\"/api/v1/tickets\"";
    let duration =
        |part: &str| samples.get(&format!("docket_http_request_duration_seconds_{part}"));
    assert_eq!(duration(&format!("count{{{route}}}")), Some(&2.0));
    assert_eq!(duration(&format!("bucket{{le=\"+Inf\",{route}}}")), Some(&2.0), "{samples:?}");
    let text = answer.text().to_lowercase();
    assert!(!text.contains("zebra") && !text.contains(id), "{text}");
}

#[tokio::test]
async fn the_desk_is_measured_as_well() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    open_ticket(&admin, "Measured").await;
    admin.get("/api/v1/tickets?search=measured").await.expect(200);
    let head = admin.get("/api/v1/events/head").await.expect(200)["position"].as_f64().unwrap();

    let (_, samples) = scraped(&desk).await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(samples[&format!("docket_build_info{{version=\"{version}\"}}")], 1.0);
    assert_eq!(samples["docket_database_up"], 1.0);
    assert_eq!(samples["docket_log_position"], head);
    assert_eq!(samples["docket_append_events_total"], head, "one process has appended all of it");
    assert!(samples["docket_append_batches_total"] <= head);
    for consumer in ["views", "search"] {
        let of = |name: &str| samples[&format!("docket_{name}{{consumer=\"{consumer}\"}}")];
        assert_eq!(of("consumer_position"), head);
        assert_eq!(of("consumer_lag_events"), 0.0);
        assert_eq!(of("consumer_lag_seconds"), 0.0);
        assert_eq!(of("parked_streams"), 0.0);
    }
    assert!(!samples.contains_key("docket_relay_active"), "there is no Kafka");

    let call = desk.anonymous().call(Method::GET, "/metrics");
    let answer = call.header("accept", "application/openmetrics-text;version=1.0.0").send().await;
    let kind = answer.header("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text();
    assert!(text.contains("\n# TYPE docket_build info\n") && text.ends_with("\n# EOF\n"), "{text}");
}
