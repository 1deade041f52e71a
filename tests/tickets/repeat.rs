//! Repeating a command with its `Idempotency-Key`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, open_ticket, shared_desk, unique};

async fn keyed(client: &Client<'_>, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    client.call(method, path).header("idempotency-key", key).json(body).send().await
}

#[tokio::test]
async fn a_repeat_opens_nothing_and_answers_the_same() {
    let desk = shared_desk().await;
    let client = desk.as_publisher().await;
    let (key, body) = (unique("key"), json!({ "subject": "Only once" }));
    let first = keyed(&client, Method::POST, "/api/v1/tickets", &key, &body).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let again = keyed(&client, Method::POST, "/api/v1/tickets", &key, &body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first.expect(201));
    for header in ["etag", "location", "docket-position"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
}

#[tokio::test]
async fn many_repeats_at_a_time_open_one_ticket() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (key, body) = (unique("key"), json!({ "subject": "Only once" }));
    let sent = (0..16).map(|_| {
        let (client, key, body) = (client.clone(), key.clone(), body.clone());
        async move { keyed(&client, Method::POST, "/api/v1/tickets", &key, &body).await.expect(201) }
    });
    let answers = futures_util::future::join_all(sent).await;
    assert!(answers.iter().all(|ticket| ticket["id"] == answers[0]["id"]));
}

#[tokio::test]
async fn the_same_key_with_another_body_or_route_is_422() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let key = unique("key");
    let first =
        keyed(&client, Method::POST, "/api/v1/tickets", &key, &json!({ "subject": "One" })).await;
    let ticket = first.expect(201);
    let other =
        keyed(&client, Method::POST, "/api/v1/tickets", &key, &json!({ "subject": "Two" })).await;
    other.problem(422);
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    keyed(&client, Method::PATCH, &path, &key, &json!({ "subject": "One" })).await.problem(422);
    assert_eq!(client.get(&path).await.expect(200)["version"], 1);
}

#[tokio::test]
async fn a_key_belongs_to_its_caller() {
    let desk = shared_desk().await;
    let (key, body) = (unique("key"), json!({ "subject": "Each one's own" }));
    let mine = keyed(&desk.as_handler().await, Method::POST, "/api/v1/tickets", &key, &body).await;
    let yours =
        keyed(&desk.as_publisher().await, Method::POST, "/api/v1/tickets", &key, &body).await;
    assert_ne!(mine.expect(201)["id"], yours.expect(201)["id"]);
}

#[tokio::test]
async fn after_the_ticket_changed_a_repeat_still_answers_the_first_result() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Moves on").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let key = unique("key");
    let status = format!("{path}/status");
    let body = json!({ "status": "in_progress" });
    let first = keyed(&client, Method::POST, &status, &key, &body).await;
    client.post(&status, json!({ "status": "closed" })).await.expect(200);
    let again = keyed(&client, Method::POST, &status, &key, &body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(200), first.expect(200));
    assert_eq!(client.get(&path).await.expect(200)["status"], "closed", "nothing was appended");
}

#[tokio::test]
async fn a_repeated_comment_is_one_comment() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Talkative").await;
    let path = format!("/api/v1/tickets/{}/comments", ticket["id"].as_str().unwrap());
    let key = unique("key");
    let body = json!({ "text": "Once is enough" });
    let first = keyed(&client, Method::POST, &path, &key, &body).await.expect(201);
    let again = keyed(&client, Method::POST, &path, &key, &body).await.expect(201);
    assert_eq!(first, again);
    let comments = client.get(&path).await.expect(200);
    assert_eq!(comments["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeat_of_what_changed_nothing_and_of_a_deletion_answers_the_same() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Goes away").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let key = unique("key");
    let body = json!({ "priority": "high" });
    let first = keyed(&client, Method::PATCH, &path, &key, &body).await;
    assert_eq!(first.expect(200)["version"], 1, "it was high before");
    client.patch(&path, json!({ "priority": "low" })).await.expect(200);
    let again = keyed(&client, Method::PATCH, &path, &key, &body).await;
    assert_eq!(again.expect(200), first.expect(200), "a repeat is no new command");
    let key = unique("key");
    keyed(&client, Method::DELETE, &path, &key, &json!({})).await.expect(204);
    let again = keyed(&client, Method::DELETE, &path, &key, &json!({})).await;
    again.expect(204);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn a_key_that_is_none_is_400() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let long = "k".repeat(256);
    for key in ["", long.as_str()] {
        let body = json!({ "subject": "x" });
        keyed(&client, Method::POST, "/api/v1/tickets", key, &body).await.problem(400);
    }
}
