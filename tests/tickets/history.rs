//! What happened to a ticket, in words and in data.

use reqwest::Method;
use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn every_event_is_told_with_who_when_and_from_where() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let handler = &desk.people().await.handler;
    let ticket = open_ticket(&client, "Eventful").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    client.patch(&path, json!({ "subject": "Very eventful" })).await.expect(200);
    client
        .post(&format!("{path}/assign"), json!({ "assigned_to": handler.email }))
        .await
        .expect(200);
    let call = client.call(Method::POST, &format!("{path}/status"));
    let call =
        call.header("x-correlation-id", "story-of-a-status").header("user-agent", "A story/1.0");
    call.json(&json!({ "status": "in_progress" })).send().await.expect(200);
    client.delete(&path).await.expect(204);
    client.post(&format!("{path}/restore"), json!({})).await.expect(200);

    let history = client.get(&format!("{path}/history")).await.expect(200);
    let entries = history["items"].as_array().unwrap();
    let summaries: Vec<_> =
        entries.iter().map(|entry| entry["summary"].as_str().unwrap()).collect();
    let number = ticket["ticket_id"].as_str().unwrap();
    assert_eq!(
        summaries,
        [
            format!("Opened as {number} with priority high").as_str(),
            "Changed the subject to “Very eventful”",
            "Assigned to The handler",
            "Changed the status from open to in progress",
            "Deleted",
            "Restored",
        ]
    );
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry["version"], index + 1);
        assert_eq!(entry["actor"], "user");
        assert_eq!(entry["user"]["id"], handler.id.as_str());
        assert_eq!(entry["address"], "127.0.0.1");
        assert!(entry["position"].as_i64() > Some(0) && entry["recorded_at"].is_string());
    }
    assert_eq!(entries[3]["correlation_id"], "story-of-a-status");
    assert_eq!(entries[3]["agent"], "A story/1.0");
    assert_eq!(entries[3]["data"]["to"], "in_progress");
    assert!(!history.to_string().contains("$personal"), "data is shown opened: {history}");
}

#[tokio::test]
async fn a_publisher_sees_the_own_history_without_where_colleagues_work() {
    let desk = shared_desk().await;
    let publisher = desk.as_publisher().await;
    let ticket = open_ticket(&publisher, "Mine to look at").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    desk.as_handler().await.patch(&path, json!({ "priority": "low" })).await.expect(200);
    let history = publisher.get(&format!("{path}/history")).await.expect(200);
    let entries = history["items"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry["address"].is_null() && entry["agent"].is_null()));
}

#[tokio::test]
async fn a_long_history_is_read_page_by_page() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Restless").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    for n in 0..6 {
        let priority = ["low", "urgent"][n % 2];
        client.patch(&path, json!({ "priority": priority })).await.expect(200);
    }
    let mut versions = Vec::new();
    let mut query = "limit=3".to_owned();
    loop {
        let page = client.get(&format!("{path}/history?{query}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        versions.extend(items.iter().map(|entry| entry["version"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(versions, (1..=7).collect::<Vec<_>>());
}
