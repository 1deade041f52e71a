//! Many changes at once.

use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn each_item_has_its_own_result() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let one = open_ticket(&client, "Bulk one").await;
    let two = open_ticket(&client, "Bulk two").await;
    let body = json!({ "items": [
        { "ticket": one["id"], "changes": { "status": "closed", "tags": ["bulk"] } },
        { "ticket": "TKT-1999-000001", "changes": { "status": "closed" } },
        { "ticket": two["ticket_id"], "version": 7, "changes": { "status": "closed" } },
        { "ticket": two["ticket_id"], "changes": { "priority": "low" } },
    ] });
    let answer = client.post("/api/v1/tickets/bulk", body).await.expect(200);
    let results = answer["results"].as_array().expect("a result per item");
    let statuses: Vec<_> =
        results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 404, 412, 200], "{answer}");
    let path = format!("/api/v1/tickets/{}", one["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.expect(200)["status"], "closed");
    let path = format!("/api/v1/tickets/{}", two["id"].as_str().unwrap());
    let two = client.get(&path).await.expect(200);
    assert_eq!((&two["status"], &two["priority"]), (&json!("open"), &json!("low")));
}
