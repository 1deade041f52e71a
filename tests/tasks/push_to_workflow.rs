//! Beginning a task by hand, and the task as its ticket shows it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Office, begin, path, ticket_path};
use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn a_task_is_begun_once_and_anew_when_that_is_asked_for() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let holder = office.holder("handler").await;
    let ticket = office.ticket().await;
    assert_eq!(ticket["task"], Value::Null);
    let handler = desk.as_handler().await;
    let first = begin(&handler, &ticket).await;
    assert_eq!((&first["run"], &first["ticket_id"]), (&json!(1), &ticket["ticket_id"]));
    assert_eq!(begin(&handler, &ticket).await["id"], first["id"]);

    let push = ticket_path(&ticket, "/push_to_workflow");
    let again = handler.post(&push, json!({ "restart": true })).await;
    let second = again.expect(201);
    let at = format!("/api/v1/tasks/{}", second["id"].as_str().unwrap());
    assert_eq!(again.header("location"), Some(at.as_str()));
    assert_eq!(second["run"], 2);
    assert_eq!(handler.get(&path(&first, "")).await.expect(200)["status"], "cancelled");

    let shown = handler.get(&ticket_path(&ticket, "")).await.expect(200);
    assert_eq!(shown["task"]["id"], second["id"]);
    assert_eq!(shown["task"]["step"], json!({ "step_id": "do", "name": "Do it" }));
    assert_eq!(shown["task"]["assigned_to"], holder.email.as_str());
    assert!(shown.get("is_task_allocated").is_none());
    let changed = handler.patch(&ticket_path(&ticket, ""), json!({ "tags": ["seen"] })).await;
    assert_eq!(changed.expect(200)["task"], shown["task"]);
    let listed = handler.get(&format!("/api/v1/tickets?department={}", office.name)).await;
    assert_eq!(listed.expect(200)["items"][0]["task"], shown["task"]);
    let legacy = format!("/tickets/{}/", ticket["ticket_id"].as_str().unwrap());
    assert_eq!(handler.get(&legacy).await.expect(200)["is_task_allocated"], true);
    handler.post(&path(&second, "/cancel"), json!({})).await.expect(200);
    assert_eq!(handler.get(&legacy).await.expect(200)["is_task_allocated"], false);
    assert_eq!(handler.get(&ticket_path(&ticket, "")).await.expect(200)["task"], Value::Null);
}

#[tokio::test]
async fn what_cannot_begin_is_refused() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let handler = desk.as_handler().await;
    let push = |ticket: &Value| ticket_path(ticket, "/push_to_workflow");
    let other = open_ticket(&handler, "For nobody's workflow").await;
    assert_eq!(handler.post(&push(&other), json!({})).await.problem(409)["code"], "no_workflow");
    let ticket = office.ticket().await;
    let body = json!({ "restart": "yes", "x": 1 });
    let mut bad = handler.post(&push(&ticket), body).await.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.restart", "body.x"]);
    let stale = handler.call(Method::POST, &push(&ticket)).header("if-match", "\"7\"");
    stale.json(&json!({})).send().await.problem(412);
    handler.post(&ticket_path(&ticket, "/status"), json!({ "status": "closed" })).await.expect(200);
    let closed = handler.post(&push(&ticket), json!({})).await.problem(409);
    assert_eq!(closed["code"], "ticket_not_open");
    let unknown = json!({ "id": "00000000-0000-7000-8000-000000000000" });
    handler.post(&push(&unknown), json!({})).await.problem(404);
}
