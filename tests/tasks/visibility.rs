//! Who sees a task, and who may work on it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Office, listed, path};
use crate::support::{Client, shared_desk};

const READS: [&str; 4] = ["", "/available-actions", "/history", "/explanation"];
const CHANGES: [&str; 5] = ["/action", "/assign", "/hold", "/resume", "/escalate"];

async fn is_not_there(client: &Client<'_>, task: &Value) {
    for read in READS {
        client.get(&path(task, read)).await.problem(404);
    }
    for change in CHANGES {
        client.post(&path(task, change), json!({})).await.problem(404);
    }
}

#[tokio::test]
async fn who_holds_the_work_role_works_on_its_tasks_and_sees_no_others() {
    let desk = shared_desk().await;
    let (office, other) = (Office::open(&desk).await, Office::open(&desk).await);
    let (viewer, publisher) = (office.holder("viewer").await, other.holder("publisher").await);
    let (task, theirs) = (office.task().await, other.task().await);

    for read in READS {
        viewer.client.get(&path(&task, read)).await.expect(200);
    }
    let seen = viewer.client.get(&path(&task, "")).await.expect(200);
    assert_eq!(seen["assigned_to"], viewer.email.as_str());
    assert_eq!(seen["step"]["instructions"], "Do it well.");
    assert_eq!(listed(&viewer.client, "/api/v1/tasks?all=true").await, [task["id"].clone()]);
    let by_role = format!("/api/v1/tasks?role={}", other.name);
    assert_eq!(listed(&viewer.client, &by_role).await, Vec::<Value>::new());
    is_not_there(&viewer.client, &theirs).await;
    is_not_there(&publisher.client, &task).await;

    let action = json!({ "action_id": "submit" });
    viewer.client.post(&path(&task, "/action"), action).await.expect(200);
    // To end a task from outside takes a permission role.
    viewer.client.post(&path(&task, "/cancel"), json!({})).await.problem(403);
}

#[tokio::test]
async fn a_handler_without_the_role_looks_and_is_refused() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    office.holder("handler").await;
    let task = office.task().await;
    let handler = desk.as_handler().await;
    handler.get(&path(&task, "")).await.expect(200);
    let action = json!({ "action_id": "submit" });
    let refused = handler.post(&path(&task, "/action"), action).await.problem(403);
    assert_eq!(refused["code"], "task_not_entitled");
    assert_eq!(refused["step"]["step_id"], "do");
    let id = &desk.people().await.handler.id;
    let audit = format!("/api/v1/audit?user_id={id}&action=audit.permission_refused&limit=200");
    // A refusal tells no position of the log.
    let call = office.admin.call(Method::GET, &audit).header("docket-min-position", "head");
    let audit = call.send().await.expect(200);
    assert!(audit.to_string().contains("act_on_task"), "{audit}");
}

#[tokio::test]
async fn who_repeats_an_action_is_told_what_came_of_it_although_the_task_went_on() {
    let desk = shared_desk().await;
    let (office, other) = (Office::open(&desk).await, Office::open(&desk).await);
    let mut steps = super::form(&office.name)["steps"].clone();
    steps[1]["role"] = json!(other.name);
    let workflow = format!("/api/v1/workflows/{}", office.workflow["id"].as_str().unwrap());
    office.admin.patch(&workflow, json!({ "steps": steps })).await.expect(200);
    let viewer = office.holder("viewer").await;
    let task = office.task().await;
    let act = async || {
        let call = viewer.client.call(Method::POST, &path(&task, "/action"));
        let call =
            call.header("idempotency-key", &format!("submit-{}", task["id"]).replace('"', ""));
        call.json(&json!({ "action_id": "submit" })).send().await
    };
    let first = act().await.expect(200);
    assert_eq!(first["next_step"]["step_id"], "check");
    let again = act().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(200), first);
    viewer.client.get(&path(&task, "")).await.problem(404);
    let another = json!({ "action_id": "done" });
    viewer.client.post(&path(&task, "/action"), another).await.problem(404);
}
