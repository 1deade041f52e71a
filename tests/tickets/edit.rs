//! Changing what a ticket says.

use serde_json::{Value, json};

use crate::support::{open_ticket, shared_desk, unique};

fn path(ticket: &Value) -> String {
    format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap())
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_clears() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let body = json!({
        "subject": "Before", "description": "Text", "category": "other", "department": "core",
        "customer": { "id": "C-9", "name": "Nine" }, "tags": ["a", "b"], "priority": "low",
    });
    let ticket = client.post("/api/v1/tickets", body).await.expect(201);
    let patch = json!({
        "subject": "After", "category": null, "customer": { "name": "Ten" }, "tags": ["b", "c"],
        "priority": null,
    });
    let changed = client.patch(&path(&ticket), patch).await.expect(200);
    assert_eq!(changed["subject"], "After");
    assert_eq!(changed["description"], "Text");
    assert_eq!(changed["category"], Value::Null);
    assert_eq!(changed["department"], "core");
    assert_eq!(changed["customer"]["id"], "C-9");
    assert_eq!(changed["customer"]["name"], "Ten");
    assert_eq!(changed["tags"], json!(["b", "c"]));
    assert_eq!(changed["priority"], "medium");
    assert_eq!(client.get(&path(&ticket)).await.expect(200), changed);
}

#[tokio::test]
async fn every_field_can_be_changed_by_patch_and_by_put() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Everything changes").await;
    let email = &desk.people().await.handler.email;
    let everything = |n: u8| {
        let one_of = |values: [&'static str; 2]| values[usize::from(n)];
        json!({
            "subject": format!("Subject {n}"), "description": format!("Description {n}"),
            "category": format!("category {n}"), "subcategory": format!("sub {n}"),
            "department": format!("department {n}"), "priority": one_of(["low", "urgent"]),
            "status": one_of(["in_progress", "waiting_customer"]),
            "external_id": format!("{}{n}", unique("edit")), "ticket_type": format!("type{n}"),
            "data": { "n": n }, "tags": [format!("tag{n}")], "source": one_of(["email", "chat"]),
            "browser": format!("Browser {n}"), "device_type": format!("device {n}"),
            "assigned_to": email,
        })
    };
    let (first, second) = (everything(0), everything(1));
    let patched = client.patch(&path(&ticket), first.clone()).await.expect(200);
    let put = client.put(&path(&ticket), second.clone()).await.expect(200);
    for (sent, got) in [(first, patched), (second, put)] {
        for (field, value) in sent.as_object().unwrap() {
            assert_eq!(&got[field], value, "{field}");
        }
    }
}

#[tokio::test]
async fn each_change_becomes_an_event_and_all_are_appended_at_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Three changes").await;
    let patch = json!({ "priority": "low", "tags": ["x"], "status": "in_progress" });
    let changed = client.patch(&path(&ticket), patch.clone()).await.expect(200);
    assert_eq!(changed["version"], 4);
    let history = client.get(&format!("{}/history", path(&ticket))).await.expect(200);
    let entries = history["items"].as_array().unwrap();
    let mut types: Vec<_> = entries[1..].iter().map(|e| e["type"].as_str().unwrap()).collect();
    types.sort_unstable();
    assert_eq!(types, ["ticket.priority_changed", "ticket.status_changed", "ticket.tags_added"]);
    assert!(
        entries[1..].iter().all(|entry| entry["correlation_id"] == entries[1]["correlation_id"])
    );

    let again = client.patch(&path(&ticket), patch).await.expect(200);
    assert_eq!(again["version"], 4, "what is so already is no change");
}

#[tokio::test]
async fn one_bad_field_keeps_the_others_from_being_changed() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "All or nothing").await;
    let patch = json!({ "subject": "New", "priority": "soon", "status": null });
    let bad = client.patch(&path(&ticket), patch).await.bad_fields();
    assert!(
        bad.contains(&"body.priority".to_owned()) && bad.contains(&"body.status".to_owned()),
        "{bad:?}"
    );
    assert_eq!(client.get(&path(&ticket)).await.expect(200), ticket);
}

#[tokio::test]
async fn a_publisher_edits_the_own_ticket_but_not_its_status_tags_or_assignee() {
    let desk = shared_desk().await;
    let client = desk.as_publisher().await;
    let ticket = open_ticket(&client, "Mine").await;
    client.patch(&path(&ticket), json!({ "subject": "Still mine" })).await.expect(200);
    for patch in [
        json!({ "status": "closed" }),
        json!({ "tags": ["x"] }),
        json!({ "assigned_to": desk.people().await.publisher.email }),
        json!({ "subject": "Smuggled", "status": "closed" }),
    ] {
        let answer = client.patch(&path(&ticket), patch.clone()).await;
        assert_eq!(answer.status, 403, "{patch}: {}", answer.text());
    }
    assert_eq!(client.get(&path(&ticket)).await.expect(200)["subject"], "Still mine");
}
