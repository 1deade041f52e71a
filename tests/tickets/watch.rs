//! Watching tickets.

use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn one_watches_for_oneself_and_stops() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let id = &desk.people().await.handler.id;
    let ticket = open_ticket(&client, "Interesting").await;
    let path = format!("/api/v1/tickets/{}/watch", ticket["id"].as_str().unwrap());
    let watched = client.post(&path, json!({})).await.expect(200);
    assert_eq!(watched["watchers"], json!([id]));
    let again = client.call(reqwest::Method::POST, &path).send().await.expect(200);
    assert_eq!(
        again["version"], watched["version"],
        "a command without a body, and without effect"
    );
    assert_eq!(client.delete(&path).await.expect(200)["watchers"], json!([]));
}
