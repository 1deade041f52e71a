//! Who did what to which resource, when, from where.

use serde_json::{Value, json};

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn what_was_done_to_a_ticket_is_found_by_every_filter() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let handler = &desk.people().await.handler;
    let ticket = open_ticket(&desk.as_handler().await, "Audited").await;
    let id = ticket["id"].as_str().unwrap();
    let path = format!("/api/v1/tickets/{id}");
    desk.as_handler().await.patch(&path, json!({ "priority": "low" })).await.expect(200);
    let number = ticket["ticket_id"].as_str().unwrap();
    for filter in [
        format!("resource_id={id}"),
        format!("resource_id={number}&resource_type=ticket"),
        format!("resource_id={id}&user_id={}", handler.id),
        format!("resource_id={id}&user_id={}&address=127.0.0.1", handler.email),
        format!("resource_id={id}&from=2020-01-01&to=2999-01-01"),
    ] {
        let list = admin.get(&format!("/api/v1/audit?count=true&{filter}")).await.expect(200);
        assert_eq!(list["total"], 2, "{filter}: {list}");
        let entry: &Value = &list["items"][0];
        assert_eq!(entry["user_id"], handler.id.as_str());
        assert_eq!(
            (&entry["resource_type"], &entry["resource_id"]),
            (&json!("ticket"), &json!(id))
        );
        assert!(entry["position"].is_i64() && entry["timestamp"].is_string());
    }
    for nothing in ["action=ticket.deleted", "address=203.0.113.1", "to=2020-01-01"] {
        let list =
            admin.get(&format!("/api/v1/audit?resource_id={id}&{nothing}")).await.expect(200);
        assert_eq!(list["items"], json!([]), "{nothing}");
    }
}

#[tokio::test]
async fn the_audit_is_paged_without_gaps() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket = open_ticket(&admin, "Paged").await;
    let id = ticket["id"].as_str().unwrap();
    for n in 0..4 {
        let priority = ["low", "urgent"][n % 2];
        let body = json!({ "priority": priority });
        admin.patch(&format!("/api/v1/tickets/{id}"), body).await.expect(200);
    }
    let (mut positions, mut query) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/audit?resource_id={id}&limit=2{query}");
        let page = admin.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap();
        positions.extend(items.iter().map(|entry| entry["position"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(positions.len(), 5);
    assert!(positions.is_sorted_by(|a, b| a > b) || positions.is_sorted_by(|a, b| a < b));
}
