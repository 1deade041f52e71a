//! What is no ticket is refused with words, and leaves nothing behind.

use reqwest::Method;
use serde_json::json;

use super::{ROUTE, help_desk, send, tagged};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn every_bad_field_is_named() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let tag = unique("bad");
    let body = json!({
        "external_id": " x", "priority": "whenever", "customer": { "email": "nobody" },
        "source": "pigeon", "created_at": "yesterday", "data": [], "tags": [tag],
        "status": "open", "assigned_to": "ada@example.com",
    });
    let mut bad = send(&client, body).await.bad_fields();
    bad.sort();
    assert_eq!(
        bad,
        [
            "body.assigned_to",
            "body.created_at",
            "body.customer.email",
            "body.data",
            "body.external_id",
            "body.priority",
            "body.source",
            "body.status",
            "body.subject",
        ]
    );
    assert!(tagged(&desk, &tag).await.is_empty());
}

#[tokio::test]
async fn two_names_of_one_field_are_one_too_many() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let body = json!({ "external_id": "a", "ticket_number": "b", "subject": "x", "title": "y" });
    let mut bad = send(&client, body).await.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.ticket_number", "body.title"]);
}

#[tokio::test]
async fn a_time_to_come_is_refused() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let body = json!({ "subject": "x", "created_at": "2999-01-01T00:00:00Z" });
    assert_eq!(send(&client, body).await.bad_fields(), ["body.created_at"]);
}

#[tokio::test]
async fn what_is_no_ticket_at_all_is_a_problem_of_its_kind() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let large = format!("{{\"subject\": \"{}\"}}", "x".repeat(2 << 20));
    let wide = json!({ "subject": "x", "data": { "a": "x".repeat(70_000) } }).to_string();
    let bodies: [(u16, &str, &[u8]); 10] = [
        (400, "application/json", b"{"),
        (400, "application/json", b"[]"),
        (400, "application/json", b"{\"subject\": \"\xff\"}"),
        (413, "application/json", large.as_bytes()),
        (415, "text/plain", b"{\"subject\": \"x\"}"),
        (422, "application/json", b""),
        (422, "application/json", b"{\"subject\": \"a\\u0000b\"}"),
        (422, "application/json", b"{\"subject\": {\"a\": 1}}"),
        (422, "application/json", b"{\"subject\": \"x\", \"customer\": \"Ada\"}"),
        (422, "application/json", wide.as_bytes()),
    ];
    for (status, kind, body) in bodies {
        let call = client.call(Method::POST, ROUTE).body(kind, body.to_vec());
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answer = call.send().await;
        assert_eq!(answer.status, status, "{shown}: {}", answer.text());
        answer.problem(status);
    }
    client.get(ROUTE).await.problem(405);
}
