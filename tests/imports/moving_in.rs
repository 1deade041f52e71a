//! Moving in with a history.

use serde_json::json;

use super::{counts, errors, import, tagged};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn times_status_and_assignee_come_along() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let tag = unique("history");
    let handler = &desk.people().await.handler.email;
    let rows = json!([{
        "external_id": format!("{tag}-1"), "title": "Solved long ago", "status": "resolved", "tags": tag,
        "created_at": "2024-03-01T08:00:00Z", "updated_at": "2024-03-05T10:00:00Z",
        "resolved_at": "2024-03-04T09:30:00Z", "assigned_to": handler, "department": "radio",
        "subcategory": "coverage", "category": "technical_issue", "ticket_type": "outage", "data": { "cell": 1 },
    }]);
    let answer = import(&client, "json", rows.to_string()).await;
    assert_eq!(counts(&answer), (1, 1, 0), "{}", answer.text());
    let ticket = &tagged(&client, &tag).await[0];
    let time = |field: &str| {
        chrono::DateTime::parse_from_rfc3339(ticket[field].as_str().unwrap()).unwrap()
    };
    assert_eq!(time("created_at").to_rfc3339(), "2024-03-01T08:00:00+00:00");
    assert_eq!(time("resolved_at").to_rfc3339(), "2024-03-04T09:30:00+00:00");
    assert_eq!(ticket["status"], "resolved");
    assert_eq!(ticket["assigned_to"], handler.as_str());
    assert_eq!(
        (&ticket["subject"], &ticket["department"]),
        (&json!("Solved long ago"), &json!("radio"))
    );
    assert_eq!(ticket["data"], json!({ "cell": 1 }));
    assert!(
        ticket["ticket_id"].as_str().unwrap().starts_with("TKT-2024-"),
        "the year it is from: {ticket}"
    );
}

#[tokio::test]
async fn what_contradicts_itself_is_a_bad_row() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let rows = json!([
        { "subject": "a", "created_at": "yesterday" },
        { "subject": "b", "created_at": "2024-03-05T00:00:00Z", "resolved_at": "2024-03-01T00:00:00Z", "status": "resolved" },
        { "subject": "c", "assigned_to": "nobody@example.com" },
    ]);
    let answer = import(&client, "json", rows.to_string()).await;
    assert_eq!(counts(&answer), (3, 0, 3), "{}", answer.text());
    let named = errors(&answer);
    assert!(named.contains(&"1 created_at".to_owned()), "{named:?}");
    assert!(named.contains(&"3 assigned_to".to_owned()), "{named:?}");
}
