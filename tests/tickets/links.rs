//! Links between tickets.

use serde_json::{Value, json};

use crate::support::{open_ticket, shared_desk};

fn path(ticket: &Value) -> String {
    format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_link_is_seen_from_both_sides_and_goes_from_both() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let child = open_ticket(&client, "Child").await;
    let parent = open_ticket(&client, "Parent").await;
    let body = json!({ "kind": "parent", "ticket": parent["ticket_id"] });
    let linked = client.post(&format!("{}/links", path(&child)), body).await.expect(200);
    assert_eq!(linked["links"], json!([{ "kind": "parent", "ticket": parent["id"] }]));
    let seen = client.get(&path(&parent)).await.expect(200);
    assert_eq!(seen["links"], json!([{ "kind": "child", "ticket": child["id"] }]));
    let other = parent["id"].as_str().unwrap();
    let unlinked = client.delete(&format!("{}/links/{other}", path(&child))).await.expect(200);
    assert_eq!(unlinked["links"], json!([]));
    assert_eq!(client.get(&path(&parent)).await.expect(200)["links"], json!([]));
}

#[tokio::test]
async fn a_link_to_itself_to_nothing_or_of_no_kind_is_refused() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Alone").await;
    let links = format!("{}/links", path(&ticket));
    client.post(&links, json!({ "kind": "related", "ticket": ticket["id"] })).await.problem(409);
    let unknown = json!({ "kind": "related", "ticket": "TKT-1999-000001" });
    let answer = client.post(&links, unknown).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    let bad = client.post(&links, json!({ "kind": "cousin" })).await.bad_fields();
    assert_eq!(bad, ["body.kind", "body.ticket"]);
}
