//! Who may do what with forms: reading is for all, defining for admins, filling in for whoever opens tickets.

use serde_json::json;

use super::*;
use crate::support::shared_desk;

#[tokio::test]
async fn everybody_reads_types_and_admins_write_them() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket_type = define(&admin, &site_fault()).await;
    let list = "/api/v1/ticket-types".to_owned();
    let read = ["", "/export", "/schema", "/versions/1"].map(|rest| path(&ticket_type, rest));
    for role in ["handler", "publisher", "viewer"] {
        let client = desk.as_role(role).await;
        for path in read.iter().chain([&list]) {
            client.get(path).await.expect(200);
        }
        client.post(&list, site_fault()).await.problem(403);
        client.post("/api/v1/ticket-types/check", site_fault()).await.problem(403);
        client.patch(&path(&ticket_type, ""), json!({ "status": "retired" })).await.problem(403);
    }
    for path in read.iter().chain([&list]) {
        desk.anonymous().get(path).await.problem(401);
    }
}

#[tokio::test]
async fn a_publisher_fills_in_a_form_and_sees_what_it_opened() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let publisher = desk.as_publisher().await;
    let ticket_type = define(&admin, &site_fault()).await;
    let data = json!({ "site_id": "BJ-0042", "severity": "critical", "what_happened": "No power" });
    let ticket = open(&publisher, &ticket_type["name"], data.clone()).await.expect(201);
    let changed = change(&publisher, &ticket, json!({ "data": { "alarm_code": 2107 } })).await;
    assert_eq!(changed.expect(200)["data"]["alarm_code"], 2107);
    let foreign = open(&admin, &ticket_type["name"], data.clone()).await.expect(201);
    change(&publisher, &foreign, json!({ "data": { "alarm_code": 2107 } })).await.problem(404);
    let viewer = desk.as_viewer().await;
    open(&viewer, &ticket_type["name"], data).await.problem(403);
    change(&viewer, &ticket, json!({ "data": { "alarm_code": 1 } })).await.problem(403);
}
