//! Comments, public and internal.

use serde_json::{Value, json};

use crate::support::{open_ticket, shared_desk, unique};

#[tokio::test]
async fn internal_comments_are_for_those_who_work_on_tickets() {
    let desk = shared_desk().await;
    let publisher = desk.as_publisher().await;
    let handler = desk.as_handler().await;
    let ticket = open_ticket(&publisher, "Talked about").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let comments = format!("{path}/comments");
    let (open_word, secret_word) = (unique("openly"), unique("secretly"));
    handler.post(&comments, json!({ "text": open_word, "visibility": "public" })).await.expect(201);
    let secret = json!({ "text": secret_word, "visibility": "internal" });
    let internal = handler.post(&comments, secret.clone()).await.expect(201);
    assert_eq!(internal["visibility"], "internal");
    assert_eq!(internal["author"]["email"], desk.people().await.handler.email.as_str());
    publisher.post(&comments, secret).await.problem(403);

    for (role, sees) in [("admin", 2), ("handler", 2), ("publisher", 1), ("viewer", 1)] {
        let client = desk.as_role(role).await;
        let listed = client.get(&format!("{comments}?count=true")).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), sees, "{role} lists");
        assert_eq!(listed["total"], sees, "{role} counts");
        let history = client.get(&format!("{path}/history?count=true")).await.expect(200);
        assert_eq!(history["items"].as_array().unwrap().len(), 1 + sees, "{role} looks back");
        assert_eq!(history.to_string().contains(&secret_word), sees == 2, "{role} looks back");
        assert_eq!(history["total"], 1 + sees, "{role} counts what happened");
        let found = client.get(&format!("/api/v1/tickets?search={open_word}")).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{role} searches");
        let found = client.get(&format!("/api/v1/tickets?search={secret_word}")).await.expect(200);
        assert_eq!(
            found["items"].as_array().unwrap().len(),
            sees - 1,
            "{role} searches the secret"
        );
    }
}

#[tokio::test]
async fn the_first_public_answer_of_another_is_the_first_response() {
    let desk = shared_desk().await;
    let publisher = desk.as_publisher().await;
    let handler = desk.as_handler().await;
    let ticket = open_ticket(&publisher, "Waiting for an answer").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let comments = format!("{path}/comments");
    publisher.post(&comments, json!({ "text": "Anybody there?" })).await.expect(201);
    handler.post(&comments, json!({ "text": "Hm", "visibility": "internal" })).await.expect(201);
    assert_eq!(handler.get(&path).await.expect(200)["first_response_at"], Value::Null);
    let answer = handler.post(&comments, json!({ "text": "We are on it" })).await.expect(201);
    let after = handler.get(&path).await.expect(200);
    assert_eq!(after["first_response_at"], answer["created_at"]);
    assert_eq!(after["comment_count"], 3);
}

#[tokio::test]
async fn a_comment_calls_upon_users_by_name() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let handler = &desk.people().await.handler;
    let ticket = open_ticket(&client, "Mentioned").await;
    let path = format!("/api/v1/tickets/{}/comments", ticket["id"].as_str().unwrap());
    let text = format!("@{} please look, and @nobody.at.all too", handler.email);
    let comment = client.post(&path, json!({ "text": text })).await.expect(201);
    assert_eq!(comment["mentions"], json!([handler.id]));
}

#[tokio::test]
async fn an_empty_comment_is_422_and_a_foreign_ticket_404() {
    let desk = shared_desk().await;
    let handler = desk.as_handler().await;
    let ticket = open_ticket(&handler, "Not the publisher's").await;
    let path = format!("/api/v1/tickets/{}/comments", ticket["id"].as_str().unwrap());
    for body in [json!({}), json!({ "text": "  " }), json!({ "text": "x".repeat(20_001) })] {
        assert_eq!(handler.post(&path, body).await.bad_fields(), ["body.text"]);
    }
    let bad =
        handler.post(&path, json!({ "text": "x", "visibility": "whispered" })).await.bad_fields();
    assert_eq!(bad, ["body.visibility"]);
    let publisher = desk.as_publisher().await;
    publisher.post(&path, json!({ "text": "x" })).await.problem(404);
    publisher.get(&path).await.problem(404);
}
