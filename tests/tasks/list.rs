//! Lists of tasks.

use serde_json::{Value, json};

use super::{Office, listed, path};
use crate::support::shared_desk;

#[tokio::test]
async fn tasks_are_found_by_what_they_are() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let waiting = office.task().await;
    assert_eq!(waiting["waiting"]["why"], "no_holder", "{waiting}");
    let role = &office.name;
    let list = async |query: &str| {
        listed(&office.admin, &format!("/api/v1/tasks?role={role}&{query}")).await
    };
    assert_eq!(list("waiting=true").await, [waiting["id"].clone()]);
    // What waits is nobody's own, so it is asked for without saying of whom.
    let waits = listed(&office.admin, "/api/v1/tasks?waiting=true&limit=200").await;
    assert!(waits.contains(&waiting["id"]), "{waits:?}");
    office.admin.post(&path(&waiting, "/cancel"), json!({ "comment": "No." })).await.expect(200);

    let holder = office.holder("handler").await;
    let (first, second) = (office.task().await, office.task().await);
    let action = json!({ "action_id": "submit" });
    holder.client.post(&path(&second, "/action"), action).await.expect(200);
    holder.client.post(&path(&second, "/escalate"), json!({})).await.expect(200);
    let (first_id, second_id) = (first["id"].clone(), second["id"].clone());
    let both = [second_id.clone(), first_id.clone()];
    assert_eq!(list("waiting=true").await, Vec::<Value>::new());
    assert_eq!(list("status=escalated").await, std::slice::from_ref(&second_id));
    assert_eq!(list("status=escalated&status=in_progress").await, both);
    assert_eq!(list("status=cancelled").await, [waiting["id"].clone()]);
    assert_eq!(list(&format!("assigned_to={}", holder.email)).await, both);
    assert_eq!(list("assigned_to=nobody@desk.example").await, Vec::<Value>::new());
    assert_eq!(list("sort=created_at&status=in_progress&status=escalated").await[0], first_id);
    let number = first["ticket_id"].as_str().unwrap();
    assert_eq!(list(&format!("ticket={number}")).await, std::slice::from_ref(&first_id));
    let workflow = office.workflow["id"].as_str().unwrap();
    assert_eq!(
        list(&format!("workflow={workflow}&limit=1")).await,
        std::slice::from_ref(&second_id)
    );
    assert_eq!(list("overdue=true").await, Vec::<Value>::new());
    // One's own, unless something else is asked for.
    assert_eq!(listed(&holder.client, "/api/v1/tasks").await, both);
    assert_eq!(
        listed(&holder.client, "/api/v1/tasks?role=mine&status=escalated").await,
        [second_id]
    );
}

#[tokio::test]
async fn tasks_come_in_pages() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let holder = office.holder("publisher").await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.insert(0, office.task().await["id"].clone());
    }
    let first = holder.client.get("/api/v1/tasks?limit=2&count=true").await.expect(200);
    assert_eq!(first["total"], 3);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = format!("/api/v1/tasks?limit=2&cursor={cursor}");
    let mut pages: Vec<Value> =
        first["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    pages.extend(listed(&holder.client, &second).await);
    assert_eq!(pages, all);
    let other_order = format!("/api/v1/tasks?sort=due_at&cursor={cursor}");
    assert_eq!(holder.client.get(&other_order).await.bad_fields(), ["query.cursor"]);
    let legacy = holder.client.get("/tasks/?nonsense=1").await;
    assert_eq!(legacy.header("docket-ignored"), Some("nonsense"));
    assert_eq!(legacy.expect(200)["total"], 3);
}

#[tokio::test]
async fn every_bad_parameter_is_named() {
    let desk = shared_desk().await;
    let handler = desk.as_handler().await;
    let bad = "status=lost&workflow=x&waiting=perhaps&due_before=soon&overdue=2&all=no&sort=colour\
               &limit=0&nonsense=1";
    let mut named = handler.get(&format!("/api/v1/tasks?{bad}")).await.bad_fields();
    named.sort();
    let all = [
        "query.all",
        "query.due_before",
        "query.limit",
        "query.nonsense",
        "query.overdue",
        "query.sort",
        "query.status",
        "query.waiting",
        "query.workflow",
    ];
    assert_eq!(named, all);
}
