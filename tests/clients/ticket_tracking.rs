//! The ticket tracking system: sign-in, then a ticket.

use chrono::Datelike;
use serde_json::Value;

use crate::support::{Answer, Desk, Setup, Tool, finish, repo};

/// A desk whose first ticket is the client's, so that its number is known.
async fn desk() -> Desk {
    Desk::start(Setup::default()).await
}

fn assert_first_ticket(ticket: &Value, subject: &str) {
    let created_at = ticket["created_at"].as_str().expect("a ticket says when it was created");
    let created_at = chrono::DateTime::parse_from_rfc3339(created_at).expect("RFC 3339");
    assert_eq!(ticket["ticket_id"], format!("TKT-{}-000001", created_at.year()));
    assert_eq!(ticket["status"], "open");
    assert_eq!(ticket["subject"], subject);
}

#[tokio::test]
async fn the_printed_python_client_works_as_written() {
    let Some(mut python) = Tool::Python.find() else { return };
    let desk = desk().await;
    let publisher = &desk.people().await.publisher;
    python.arg(repo().join("tests/clients/run_ticket_tracking.py"));
    python.args([&desk.base, &publisher.email, publisher.password]);
    let ticket: Value = serde_json::from_str(&finish(python).await).unwrap();
    assert_first_ticket(&ticket, "System slow");
    assert_eq!(
        (&ticket["category"], &ticket["priority"]),
        (&"Technical Support".into(), &"high".into())
    );
    assert_eq!(ticket["is_task_allocated"], false);
}

#[tokio::test]
async fn the_printed_javascript_client_works_as_written() {
    let Some(mut node) = Tool::Node.find() else { return };
    let desk = desk().await;
    let handler = &desk.people().await.handler;
    node.arg(repo().join("tests/clients/run_ticket_tracking.js"));
    node.args([&desk.base, &handler.email, handler.password]);
    let got: Value = serde_json::from_str(&finish(node).await).unwrap();
    let login = &got["login"];
    assert!(login["access"].is_string() && login["refresh"].is_string(), "{login}");
    assert_eq!(login["user"]["email"], handler.email);
    assert_first_ticket(&got["ticket"], "Login issue");
    let employee = &got["ticket"]["employee"];
    assert_eq!(employee["id"], "123", "an id that was sent as a number");
    assert_eq!(employee["email"], "john@example.com");
}

#[tokio::test]
async fn the_printed_flow_of_tokens_works_as_written() {
    let desk = crate::support::shared_desk().await;
    let viewer = &desk.people().await.viewer;
    let body = serde_json::json!({ "username": viewer.email, "password": viewer.password });
    let pair = desk.anonymous().post("/api/v1/users/token/", body).await.expect(200);
    let body = serde_json::json!({ "refresh": pair["refresh"] });
    let next = desk.anonymous().post("/api/v1/users/token/refresh/", body).await.expect(200);
    let client = desk.anonymous().bearer(next["access"].as_str().unwrap());
    let profile = client.get("/api/v1/users/profile/").await.expect(200);
    assert_eq!(profile["email"], viewer.email);
    assert_eq!(profile["roles"], serde_json::json!(["viewer"]));
}

#[tokio::test]
async fn roles_and_their_users_are_where_the_workflow_engine_looks_for_them() {
    let desk = desk().await;
    let client = desk.as_handler().await;
    let roles: Answer = client.get("/api/v1/tts/roles/").await;
    let roles = roles.expect(200);
    let roles = roles["items"].as_array().or(roles.as_array()).expect("a list of roles").clone();
    let handler = roles.iter().find(|role| role["name"] == "handler").expect("the role");
    let id = handler["id"].as_str().unwrap();
    let users = client.get(&format!("/api/v1/tts/roles/{id}/users/")).await.expect(200);
    let users = users["items"].as_array().or(users.as_array()).expect("a list of users").clone();
    let email = &desk.people().await.handler.email;
    assert!(users.iter().any(|user| user["email"] == email.as_str()), "{users:?}");
}
