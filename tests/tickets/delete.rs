//! Deleting tickets, and bringing them back.

use serde_json::json;

use crate::support::{open_ticket, shared_desk, unique};

#[tokio::test]
async fn a_deleted_ticket_is_gone_from_lists_and_refuses_changes_until_it_is_restored() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let word = unique("gone");
    let ticket = open_ticket(&client, &word).await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let found = async || {
        let list = client.get(&format!("/api/v1/tickets?search={word}")).await.expect(200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(found().await, 1);
    let deleted = client.delete(&path).await;
    deleted.expect(204);
    assert!(deleted.body.is_empty());
    assert_eq!(found().await, 0);
    for (rest, body) in [
        ("", json!({ "subject": "x" })),
        ("/status", json!({ "status": "closed" })),
        ("/comments", json!({ "text": "x" })),
        ("/tags", json!({ "add": ["x"] })),
    ] {
        let path = format!("{path}{rest}");
        let answer = if rest.is_empty() {
            client.patch(&path, body).await
        } else {
            client.post(&path, body).await
        };
        answer.problem(409);
    }
    client.delete(&path).await.expect(204);
    let restored = client.post(&format!("{path}/restore"), json!({})).await.expect(200);
    assert_eq!(restored["state"], "active");
    assert_eq!(restored["subject"], word.as_str());
    assert_eq!(found().await, 1);
    client.patch(&path, json!({ "priority": "low" })).await.expect(200);
}

#[tokio::test]
async fn restoring_what_was_not_deleted_changes_nothing() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Never gone").await;
    let path = format!("/api/v1/tickets/{}/restore", ticket["id"].as_str().unwrap());
    assert_eq!(client.post(&path, json!({})).await.expect(200)["version"], 1);
}

#[tokio::test]
async fn an_unknown_ticket_is_404_whatever_is_done_to_it() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for id in
        ["00000000-0000-7000-8000-000000000000", "TKT-1999-000001", "rubbish", "1", "%00", "%ff"]
    {
        let path = format!("/api/v1/tickets/{id}");
        for answer in [
            client.get(&path).await,
            client.patch(&path, json!({ "subject": "x" })).await,
            client.delete(&path).await,
            client.post(&format!("{path}/restore"), json!({})).await,
            client.get(&format!("{path}/history")).await,
            client.post(&format!("{path}/comments"), json!({ "text": "x" })).await,
        ] {
            assert!(
                matches!(answer.status, 404 | 400 | 422),
                "{id}: {} {}",
                answer.status,
                answer.text()
            );
            answer.problem(answer.status);
        }
    }
}

#[tokio::test]
async fn a_deleted_ticket_says_so_and_is_gone_for_clients_that_know_no_state() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Gone, not forgotten").await;
    let id = ticket["id"].as_str().unwrap();
    client.delete(&format!("/api/v1/tickets/{id}")).await.expect(204);
    let shown = client.get(&format!("/api/v1/tickets/{id}")).await.expect(200);
    assert_eq!(shown["state"], "deleted");
    client.get(&format!("/tickets/{id}")).await.problem(404);
}
