//! Demo data for an empty desk.

use serde_json::Value;

use crate::support::{Desk, Setup};

#[tokio::test]
async fn an_empty_desk_is_filled_once_with_people_and_tickets_in_two_languages() {
    let desk = Desk::start(Setup::default().argument("--demo")).await;
    let admin = desk.as_admin().await;
    let stats = async || admin.get("/api/v1/tickets/stats").await.expect(200);
    let filled = stats().await;
    assert!(filled["total_tickets"].as_i64() > Some(100), "{filled}");
    assert!(filled["status_breakdown"].as_object().unwrap().len() >= 4, "{filled}");
    assert!(
        filled["tickets_by_day"].as_object().unwrap().len() > 14,
        "spread over weeks: {filled}"
    );
    let found = admin.get("/api/v1/tickets?search=%E6%95%85%E9%9A%9C").await.expect(200);
    assert!(!found["items"].as_array().unwrap().is_empty(), "something about 故障");
    let commented = admin.get("/api/v1/tickets?limit=200").await.expect(200);
    let has_comments = |ticket: &Value| ticket["comment_count"].as_i64() > Some(0);
    assert!(commented["items"].as_array().unwrap().iter().any(has_comments));
    let users = admin.get("/api/v1/users?limit=200").await.expect(200);
    for role in ["admin", "handler", "publisher", "viewer"] {
        let holds = |user: &Value| user["roles"][0] == role;
        assert!(users["items"].as_array().unwrap().iter().any(holds), "a {role}");
    }
    desk.stop();
    desk.start_again().await;
    assert_eq!(stats().await["total_tickets"], filled["total_tickets"]);
}
