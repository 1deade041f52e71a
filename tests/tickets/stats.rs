//! Statistics.

use serde_json::json;

use crate::support::{Desk, Setup};

#[tokio::test]
async fn the_statistics_follow_every_change() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let stats = async || client.get("/api/v1/tickets/stats").await.expect(200);
    let none = stats().await;
    assert_eq!((&none["total_tickets"], &none["avg_tickets_per_day"]), (&json!(0), &json!(0.0)));
    let mut ids = Vec::new();
    for (category, priority) in [("billing", "low"), ("billing", "high"), ("radio", "high")] {
        let body = json!({ "subject": "s", "category": category, "priority": priority, "department": "d" });
        let ticket = client.post("/api/v1/tickets", body).await.expect(201);
        ids.push(ticket["id"].as_str().unwrap().to_owned());
    }
    let path = |n: usize| format!("/api/v1/tickets/{}", ids[n]);
    client.post(&format!("{}/status", path(0)), json!({ "status": "resolved" })).await.expect(200);
    client.patch(&path(1), json!({ "priority": "urgent", "category": null })).await.expect(200);
    let now = stats().await;
    assert_eq!(now["total_tickets"], 3);
    assert_eq!(now["open_tickets"], 2);
    assert_eq!(now["avg_tickets_per_day"], 3.0);
    assert_eq!(now["status_breakdown"], json!({ "open": 2, "resolved": 1 }));
    assert_eq!(now["priority_breakdown"], json!({ "low": 1, "high": 1, "urgent": 1 }));
    assert_eq!(now["category_breakdown"], json!({ "billing": 1, "radio": 1 }));
    assert_eq!(now["department_breakdown"], json!({ "d": 3 }));
    assert_eq!(now["resolution"]["count"], 1);
    let days: i64 =
        now["tickets_by_day"].as_object().unwrap().values().filter_map(|n| n.as_i64()).sum();
    assert_eq!(days, 3);

    client.delete(&path(2)).await.expect(204);
    client.post(&format!("{}/merge", path(1)), json!({ "into": ids[0] })).await.expect(200);
    let after = stats().await;
    assert_eq!(after["total_tickets"], 1);
    assert_eq!(after["priority_breakdown"], json!({ "low": 1 }));
    client.post(&format!("{}/status", path(0)), json!({ "status": "open" })).await.expect(200);
    assert_eq!(stats().await["resolution"]["count"], 0, "reopened is not resolved");
}
