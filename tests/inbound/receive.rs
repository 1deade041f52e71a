//! A ticket comes in.

use reqwest::Method;
use serde_json::json;

use super::{ROUTE, help_desk, send};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn a_ticket_of_the_help_desk_is_opened_with_all_it_says() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "handler", "inbound").await;
    let id = unique("HDTS");
    let answer = send(
        &client,
        json!({
            "ticket_id": id, "subject": "Login issue", "description": "Cannot access system",
            "category": "Technical Support", "sub_category": "accounts", "priority": "High",
            "department": "IT", "tags": ["vpn"], "source": "web_form",
            "employee": { "id": 123, "name": "John Doe", "email": "john@example.com" },
            "created_at": "2025-11-19T10:00:00Z",
        }),
    )
    .await;
    let ticket = answer.expect(201);
    assert_eq!(
        answer.header("location"),
        Some(format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap()).as_str())
    );
    for (field, value) in [
        ("external_id", json!(id)),
        ("subject", json!("Login issue")),
        ("description", json!("Cannot access system")),
        ("category", json!("Technical Support")),
        ("subcategory", json!("accounts")),
        ("priority", json!("high")),
        ("department", json!("IT")),
        ("status", json!("open")),
        ("tags", json!(["vpn"])),
        ("source", json!("web_form")),
        ("customer", json!({ "id": "123", "name": "John Doe", "email": "john@example.com" })),
    ] {
        assert_eq!(ticket[field], value, "{field}");
    }
    assert!(ticket["created_at"].as_str().unwrap().starts_with("2025-11-19T10:00:00"), "{ticket}");
    assert!(ticket["ticket_id"].as_str().unwrap().starts_with("TKT-2025-"), "{ticket}");
    // It is a ticket like any other, opened by the token's user.
    let path = format!("/api/v1/tickets/{}", ticket["ticket_id"].as_str().unwrap());
    let seen = desk.as_admin().await.get(&path).await.expect(200);
    assert_eq!(seen["opened_by"], desk.people().await.handler.id.as_str());
}

#[tokio::test]
async fn only_a_token_with_the_scope_may_send() {
    let desk = shared_desk().await;
    let ticket = || json!({ "subject": "Let me in" });
    for role in ["admin", "handler"] {
        send(&help_desk(&desk, role, "inbound").await, ticket()).await.expect(201);
        send(&help_desk(&desk, role, "write").await, ticket()).await.problem(403);
        // Whoever signed in opens tickets as a person does.
        let problem = send(&desk.as_role(role).await, ticket()).await.problem(403);
        assert_eq!(problem["capability"], "receive_inbound_ticket");
    }
    for role in ["publisher", "viewer"] {
        send(&help_desk(&desk, role, "inbound").await, ticket()).await.problem(403);
    }
    send(&desk.anonymous(), ticket()).await.problem(401);
}

#[tokio::test]
async fn a_path_of_old_ignores_and_names_what_nobody_knows() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let body = json!({ "subject": "Old", "is_task_allocated": false, "employee": { "id": 1, "phone": "x" } });
    let answer = send_to(&client, "/inbound/tickets/", &body).await;
    let ticket = answer.expect(201);
    assert_eq!(ticket["title"], "Old", "the shape of old");
    let ignored = answer.header("docket-ignored").unwrap();
    assert!(ignored.contains("is_task_allocated"), "{ignored}");
    assert!(ignored.contains("customer.phone"), "{ignored}");
    let mut bad = send_to(&client, ROUTE, &body).await.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.customer.phone", "body.is_task_allocated"]);
}

async fn send_to(
    client: &crate::support::Client<'_>,
    path: &str,
    body: &serde_json::Value,
) -> crate::support::Answer {
    client.call(Method::POST, path).json(body).send().await
}
