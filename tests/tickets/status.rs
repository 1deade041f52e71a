//! Moving between statuses.

use serde_json::{Value, json};

use crate::support::{open_ticket, shared_desk};

const STATUSES: [&str; 5] = ["open", "in_progress", "waiting_customer", "resolved", "closed"];

#[tokio::test]
async fn a_person_may_make_every_move() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for from in STATUSES {
        for to in STATUSES {
            let ticket = open_ticket(&client, "Moving").await;
            let path = format!("/api/v1/tickets/{}/status", ticket["id"].as_str().unwrap());
            let before = client.post(&path, json!({ "status": from })).await.expect(200);
            let after =
                client.post(&path, json!({ "status": to, "reason": "So it is" })).await.expect(200);
            assert_eq!(after["status"], to, "{from} to {to}");
            let resolved = matches!(to, "resolved" | "closed");
            assert_eq!(after["resolved_at"].is_string(), resolved, "{from} to {to}: {after}");
            assert_eq!(after["closed_at"].is_string(), to == "closed", "{from} to {to}: {after}");
            let reopened = matches!(from, "resolved" | "closed") && !resolved;
            assert_eq!(after["reopened_count"], u32::from(reopened), "{from} to {to}");
            if from == to {
                assert_eq!(after["version"], before["version"], "no move, no event");
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_status_is_422() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Stays").await;
    let path = format!("/api/v1/tickets/{}/status", ticket["id"].as_str().unwrap());
    for body in [
        json!({}),
        json!({ "status": null }),
        json!({ "status": "asleep" }),
        json!({ "status": 1 }),
    ] {
        assert_eq!(client.post(&path, body).await.bad_fields(), ["body.status"]);
    }
}

#[tokio::test]
async fn the_reason_stands_in_the_history() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "With a reason").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let body = json!({ "status": "waiting_customer", "reason": "Asked for the serial number" });
    client.post(&format!("{path}/status"), body).await.expect(200);
    let history = client.get(&format!("{path}/history")).await.expect(200);
    let last: &Value = history["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["summary"],
        "Changed the status from open to waiting customer: Asked for the serial number"
    );
}
