//! Merging tickets, and taking a merge back.

use serde_json::{Value, json};

use crate::support::{Client, open_ticket, shared_desk, unique};

fn path(ticket: &Value) -> String {
    format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap())
}

async fn two(client: &Client<'_>) -> (Value, Value) {
    (open_ticket(client, &unique("source")).await, open_ticket(client, &unique("target")).await)
}

#[tokio::test]
async fn a_merged_ticket_goes_on_as_the_other_and_comes_back() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (source, target) = two(&client).await;
    let body = json!({ "into": target["ticket_id"], "reason": "The same outage" });
    let merged = client.post(&format!("{}/merge", path(&source)), body).await.expect(200);
    assert_eq!((&merged["state"], &merged["merged_into"]), (&json!("merged"), &target["id"]));
    let into = client.get(&path(&target)).await.expect(200);
    assert_eq!(into["merged_from"], json!([source["id"]]));
    client.patch(&path(&source), json!({ "priority": "low" })).await.problem(409);

    let back = client.post(&format!("{}/unmerge", path(&source)), json!({})).await.expect(200);
    assert_eq!((&back["state"], &back["merged_into"]), (&json!("active"), &Value::Null));
    assert_eq!(client.get(&path(&target)).await.expect(200)["merged_from"], json!([]));
    client.patch(&path(&source), json!({ "priority": "low" })).await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_merged_is_refused_with_a_word() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (source, target) = two(&client).await;
    let merge = format!("{}/merge", path(&source));
    client.post(&merge, json!({ "into": source["id"] })).await.problem(409);
    assert_eq!(client.post(&merge, json!({})).await.bad_fields(), ["body.into"]);
    let unknown = json!({ "into": "00000000-0000-7000-8000-000000000000" });
    let answer = client.post(&merge, unknown).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    client.post(&format!("{}/unmerge", path(&source)), json!({})).await.problem(409);
    client.delete(&path(&target)).await.expect(204);
    client.post(&merge, json!({ "into": target["id"] })).await.problem(409);
}

#[tokio::test]
async fn tickets_are_not_merged_in_a_ring() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (one, two) = two(&client).await;
    client.post(&format!("{}/merge", path(&one)), json!({ "into": two["id"] })).await.expect(200);
    client.post(&format!("{}/merge", path(&two)), json!({ "into": one["id"] })).await.problem(409);
}
