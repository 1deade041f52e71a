//! Reading the log of another Docket over HTTP.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use eventstore::{
    Checkpoint, EventFilter, EventSource, EventStore, FeedSettings, FeedSource, Partition, Reading,
    StoreError, StoredEvent,
};
use serde_json::json;

use crate::support::{Database, opened};

/// What the other side says to one request after another; then it says that nothing is new.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<(StatusCode, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// Where it says that its log ends, if it says so.
    head: Option<i64>,
}

impl Script {
    fn then(self, status: u16, body: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap();
        self.answers.lock().unwrap().push_back((status, body.to_owned()));
        self
    }

    fn page(self, events: &[StoredEvent]) -> Self {
        let items: Vec<_> = events.iter().map(item).collect();
        self.then(200, &format!(r#"{{"items":[{}]}}"#, items.join(",")))
    }

    /// A source that reads what this says.
    async fn source(&self) -> FeedSource {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/desk/", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/desk/api/v1/events", get(answer))
            .route("/desk/api/v1/events/head", get(head))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        FeedSource::new(&FeedSettings { url, token: "sesame".to_owned() }).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(script): State<Script>, query: RawQuery, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer sesame");
    script.asked.lock().unwrap().push(query.0.unwrap_or_default());
    match script.answers.lock().unwrap().pop_front() {
        Some((status, body)) => (status, [("retry-after", "1")], body).into_response(),
        None => r#"{"items":[]}"#.into_response(),
    }
}

async fn head(State(script): State<Script>) -> String {
    let position = script.head.unwrap_or(1_000_000);
    json!({ "position": position, "seal": "00", "time": "2026-01-01T00:00:00Z" }).to_string()
}

/// As the API renders an event: data and metadata byte for byte.
fn item(event: &StoredEvent) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let leaf: String = event.leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        r#"{{"position":{},"id":"{}","stream_id":"{}","kind":{},"version":{},"type":{},"schema_version":{},"data":{},"metadata":{},"leaf":"{leaf}","recorded_at":{}}}"#,
        event.position,
        event.event_id,
        event.stream_id,
        json!(event.kind),
        event.version,
        json!(event.event_type),
        event.schema_version,
        text(&event.data),
        text(&event.metadata),
        json!(event.recorded_at),
    )
}

async fn events(count: usize) -> Vec<StoredEvent> {
    let store: EventStore = Database::fresh().await.store().await;
    for _ in 0..count {
        store.append(opened()).await.unwrap();
    }
    store.read_after(0, 100, &EventFilter::default()).await.unwrap()
}

async fn begin(source: &mut FeedSource, position: i64) {
    match source.next(10).await.unwrap() {
        Reading::Assigned(partitions) => assert_eq!(partitions, [Partition::Log]),
        Reading::Batch(batch) => panic!("not assigned: {batch:?}"),
    }
    source.seek(&Partition::Log, Checkpoint { position, hint: None });
}

async fn batch(source: &mut FeedSource) -> (i64, i64, Vec<StoredEvent>) {
    match source.next(10).await.unwrap() {
        Reading::Assigned(partitions) => panic!("assigned {partitions:?}"),
        Reading::Batch(mut batch) => {
            let stretch = batch.stretches.pop().unwrap();
            assert!(batch.stretches.is_empty());
            (stretch.after, stretch.through, stretch.events)
        }
    }
}

async fn refusal(script: Script) -> StoreError {
    let mut source = script.source().await;
    begin(&mut source, 0).await;
    source.next(10).await.unwrap_err()
}

#[tokio::test]
async fn events_come_byte_for_byte_and_on_from_a_checkpoint() {
    let all = events(5).await;
    let script = Script::default().page(&all[1..4]).then(200, r#"{"items":[]}"#).page(&all[4..]);
    let mut source = script.source().await;
    begin(&mut source, 1).await;
    assert_eq!(batch(&mut source).await, (1, 4, all[1..4].to_vec()));
    assert_eq!(batch(&mut source).await, (4, 5, all[4..].to_vec()), "after an empty page");
    let asked = script.asked();
    assert!(asked[0].starts_with("after=1&limit=10&wait="), "{asked:?}");
    assert!(asked[1..].iter().all(|query| query.starts_with("after=4&")), "{asked:?}");
}

#[tokio::test]
async fn an_event_that_was_changed_on_its_way_is_not_read() {
    let honest = events(1).await;
    let changes: [fn(&mut StoredEvent); 4] = [
        |event| event.data = b"{\"evil\":1}".to_vec(),
        |event| event.metadata.insert(1, b' '),
        |event| event.event_type = "thing.closed".to_owned(),
        |event| event.leaf.truncate(8),
    ];
    for change in changes {
        let mut event = honest[0].clone();
        change(&mut event);
        let error = refusal(Script::default().page(&[event])).await;
        assert!(matches!(error, StoreError::Unreadable { position: 1, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_gap_in_the_positions_is_no_log() {
    let all = events(3).await;
    let error = refusal(Script::default().page(&[all[0].clone(), all[2].clone()])).await;
    assert!(matches!(error, StoreError::Unreadable { position: 2, .. }), "{error:?}");
}

#[tokio::test]
async fn who_may_not_read_is_told_so_and_who_asks_too_often_waits() {
    for status in [401, 403, 404] {
        let error = refusal(Script::default().then(status, "{}")).await;
        assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
    let all = events(1).await;
    let script = Script::default().then(429, "").then(503, "").page(&all);
    let mut source = script.source().await;
    begin(&mut source, 0).await;
    let begun = Instant::now();
    assert_eq!(batch(&mut source).await.2, all);
    assert!(begun.elapsed() >= Duration::from_secs(2), "as long as it was asked to");
}

#[tokio::test]
async fn what_may_pass_is_an_error_that_leaves_the_source_where_it_was() {
    let all = events(2).await;
    let script =
        Script::default().page(&all[..1]).then(502, "").then(200, "<html>").page(&all[1..]);
    let mut source = script.source().await;
    begin(&mut source, 0).await;
    assert_eq!(batch(&mut source).await, (0, 1, all[..1].to_vec()));
    for _ in 0..2 {
        let error = source.next(10).await.unwrap_err();
        assert!(matches!(error, StoreError::Source { .. }), "{error:?}");
    }
    assert_eq!(batch(&mut source).await, (1, 2, all[1..].to_vec()));

    let nobody = FeedSettings { url: "http://127.0.0.1:9".to_owned(), token: "x".to_owned() };
    let error = FeedSource::new(&nobody).unwrap().head().await.unwrap_err();
    assert!(matches!(error, StoreError::Source { .. }), "{error:?}");
}

#[tokio::test]
async fn the_end_of_the_other_log_is_known() {
    let source = Script { head: Some(7), ..Script::default() }.source().await;
    assert_eq!(source.head().await.unwrap(), 7);
}

#[tokio::test]
async fn a_log_that_ends_before_the_checkpoint_is_not_waited_for() {
    let all = events(2).await;
    let script = Script { head: Some(2), ..Script::default() };
    let mut source = script.page(&all).source().await;
    begin(&mut source, 0).await;
    assert_eq!(batch(&mut source).await.1, 2);
    source.seek(&Partition::Log, Checkpoint { position: 9, hint: None });
    let error = source.next(10).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("ends at 2, but was read up to 9"), "{error}");
}

#[tokio::test]
async fn who_sends_the_token_elsewhere_is_not_followed() {
    let error = refusal(Script::default().then(302, "")).await;
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("302"), "{error}");
}

#[tokio::test]
async fn an_answer_without_end_is_left_alone() {
    let error = refusal(Script::default().then(200, &" ".repeat(60 << 20))).await;
    assert!(matches!(error, StoreError::Source { .. }), "{error:?}");
    assert!(error.to_string().contains("more than"), "{error}");
}
