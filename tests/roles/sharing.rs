//! One process answers, another one builds the views.

use reqwest::Method;
use serde_json::json;
use test_support::shared_postgres;

use super::{api_alone, roles};
use crate::support::{Client, Desk, open_ticket, ticket, unique};

/// Lists by a word.
async fn found(client: &Client<'_>, word: &str) -> Vec<String> {
    let answer = client.get(&format!("/api/v1/tickets?search={word}")).await;
    let items = answer.expect(200)["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_one_process_writes_is_seen_once_another_has_built_it() {
    let api = api_alone().await;
    let projector = api.beside(roles("projector")).await;
    let handler = api.as_handler().await;
    let word = unique("sharing");
    let first = open_ticket(&handler, &format!("First {word}")).await;
    assert_eq!(found(&handler, &word).await, [first["id"].as_str().unwrap()]);

    projector.stop();
    let opened = handler.post("/api/v1/tickets", ticket(&format!("Second {word}"))).await;
    let second = opened.expect(201)["id"].as_str().unwrap().to_owned();
    let list = format!("/api/v1/tickets?search={word}");
    let hasty = api.beside(roles("api").variable("DOCKET_MAX_VIEW_WAIT", "200ms")).await;
    let elsewhere = hasty.anonymous().bearer(&api.people().await.handler.access(&api).await);
    let position = opened.position().unwrap().to_string();
    let call = elsewhere.call(Method::GET, &list).header("docket-min-position", &position);
    let behind = call.send().await;
    behind.problem(503);
    assert!(behind.header("retry-after").is_some(), "{:?}", behind.headers);
    let stale = handler.call(Method::GET, &list).stale().send().await.expect(200);
    assert_eq!(stale["items"].as_array().unwrap().len(), 1, "the views are as they were left");

    projector.start_again().await;
    assert!(found(&handler, &word).await.contains(&second), "it has caught up");
}

#[tokio::test]
async fn a_process_without_the_api_serves_health_and_metrics_only() {
    let worker = Desk::start(roles("worker,projector")).await;
    let anyone = worker.anonymous();
    anyone.get("/healthz").await.expect(200);
    let ready = anyone.get("/readyz").await.expect(200);
    assert_eq!(ready["status"], "ready");
    assert!(anyone.get("/metrics").await.text().contains("docket_build_info"));
    for path in ["/", "/api/v1/tickets", "/api/docs/", "/api/openapi.json"] {
        let answer = anyone.get(path).await;
        let problem = answer.problem(404);
        assert!(problem["detail"].as_str().unwrap().contains("health"), "{problem}");
        assert_eq!(problem["instance"].as_str(), answer.header("x-correlation-id"));
    }
    let log_in = json!({ "username": "admin@desk.example", "password": "whatever" });
    anyone.post("/api/v1/users/token", log_in).await.problem(404);
    anyone.post("/healthz", json!({})).await.problem(405);

    // Nobody could sign in there, so the first administrator waits for the API.
    let api = worker.beside(roles("api")).await;
    let admin = api.as_admin().await;
    assert_eq!(admin.get("/api/v1/users").await.expect(200)["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn processes_that_start_at_once_on_an_empty_database_do_not_race() {
    let database = shared_postgres().await.fresh_database().await;
    let start = |names| Desk::start_on(Some(database.clone()), roles(names));
    let (api, other, projector, worker) =
        tokio::join!(start("api"), start("api"), start("projector"), start("worker,projector"));
    let word = unique("racing");
    let ticket = open_ticket(&api.as_handler().await, &word).await;
    // The other API knows no position, and asks for the one that this one answered.
    other.position.store(
        api.position.load(std::sync::atomic::Ordering::SeqCst),
        std::sync::atomic::Ordering::SeqCst,
    );
    let access = api.people().await.handler.access(&api).await;
    let elsewhere = other.anonymous().bearer(&access);
    assert_eq!(found(&elsewhere, &word).await, [ticket["id"].as_str().unwrap()]);
    for desk in [&api, &other, &projector, &worker] {
        desk.stop();
        assert!(!desk.log().contains("\"level\":\"ERROR\""), "{}", desk.log());
    }
}
