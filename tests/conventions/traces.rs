//! Traces: what a collector gets, and what it never gets.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;
use reqwest::Method;

use crate::support::{Desk, Setup, ticket};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A collector that keeps what it is sent.
struct Collector {
    endpoint: String,
    bodies: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    async fn start() -> Self {
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bodies);
        let keep = async move |body: Bytes| kept.lock().unwrap().push(body);
        let router = axum::Router::new().route("/v1/traces", post(keep));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, bodies }
    }

    fn exported(&self) -> Vec<ExportTraceServiceRequest> {
        let bodies = self.bodies.lock().unwrap();
        bodies.iter().map(|body| ExportTraceServiceRequest::decode(body.clone()).unwrap()).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let resources = self.exported().into_iter().flat_map(|export| export.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    fn holds(&self, text: &str) -> bool {
        let bodies = self.bodies.lock().unwrap();
        bodies.iter().any(|body| body.windows(text.len()).any(|part| part == text.as_bytes()))
    }
}

fn attribute(attributes: &[KeyValue], name: &str) -> Option<Any> {
    attributes.iter().find(|attribute| attribute.key == name)?.value.clone()?.value
}

fn text(text: &str) -> Option<Any> {
    Some(Any::StringValue(text.to_owned()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_continues_the_callers_trace() {
    // Given a collector
    let collector = Collector::start().await;
    let desk =
        Desk::start(Setup::default().variable("DOCKET_OTLP_ENDPOINT", &collector.endpoint)).await;
    let client = desk.as_publisher().await;

    // When a traced request opens a ticket, and another reads it
    let opened = client
        .call(Method::POST, "/api/v1/tickets")
        .header("traceparent", &format!("00-{TRACE}-{CALLER}-01"))
        .header("x-correlation-id", "traced-1")
        .json(&ticket("Umbrella without signal"))
        .send()
        .await;
    let id = opened.expect(201)["id"].as_str().unwrap().to_owned();
    client.get(&format!("/api/v1/tickets/{id}")).await.expect(200);
    desk.stop();

    // Then its span is part of the caller's trace, and says what was done
    let spans = collector.spans();
    let ours = |span: &&Span| hex(&span.trace_id) == TRACE;
    let server = spans
        .iter()
        .filter(ours)
        .find(|span| hex(&span.parent_span_id) == CALLER)
        .expect("the request was exported");
    assert_eq!(server.name, "POST /api/v1/tickets");
    assert_eq!(server.kind, SpanKind::Server as i32);
    let of = |name| attribute(&server.attributes, name);
    assert_eq!(of("http.request.method"), text("POST"));
    assert_eq!(of("http.route"), text("/api/v1/tickets"));
    assert_eq!(of("http.response.status_code"), Some(Any::IntValue(201)));
    assert_eq!(of("correlation_id"), text("traced-1"));

    // And the append is a part of it
    let append = spans.iter().filter(ours).find(|span| span.name == "append");
    assert_eq!(append.expect("it appended").parent_span_id, server.span_id);

    // And the events of the ticket name the span that made them
    let named = format!("00-{TRACE}-{}-01", hex(&server.span_id));
    let events = desk.command().args(["events", "export", "--raw"]).output().unwrap();
    assert!(String::from_utf8_lossy(&events.stdout).contains(&named), "{named}");

    // And nothing tells which ticket it was, or what is in it
    assert!(spans.iter().any(|span| span.name == "GET /api/v1/tickets/{id}"), "{spans:#?}");
    for private in [id.as_str(), "Umbrella", "Two bars", "desk.example"] {
        assert!(!collector.holds(private), "{private} left the machine");
    }

    // And the collector knows who sends
    let export = collector.exported();
    let resource = export[0].resource_spans[0].resource.as_ref().unwrap();
    assert_eq!(attribute(&resource.attributes, "service.name"), text("docket"));
    let roles = text("api,relay,projector,worker");
    assert_eq!(attribute(&resource.attributes, "docket.roles"), roles);

    // And those who only watch are in no trace
    assert!(!spans.iter().any(|span| span.name.contains("readyz")), "{spans:#?}");
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nobody_up() {
    let desk =
        Desk::start(Setup::default().variable("DOCKET_OTLP_ENDPOINT", "http://127.0.0.1:9")).await;
    desk.as_viewer().await.get("/api/v1/tickets").await.expect(200);
    desk.stop();
}
