//! Tags.

use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn tags_are_set_added_and_removed() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Tagged").await;
    let path = format!("/api/v1/tickets/{}/tags", ticket["id"].as_str().unwrap());
    let tags = async |body| client.post(&path, body).await.expect(200)["tags"].clone();
    assert_eq!(tags(json!({ "tags": ["a", "b"] })).await, json!(["a", "b"]));
    assert_eq!(tags(json!({ "add": ["b", "c"], "remove": ["a"] })).await, json!(["b", "c"]));
    assert_eq!(tags(json!({ "tags": [] })).await, json!([]));
}

#[tokio::test]
async fn what_is_no_list_of_tags_is_422() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Not tagged").await;
    let path = format!("/api/v1/tickets/{}/tags", ticket["id"].as_str().unwrap());
    let many: Vec<String> = (0..51).map(|n| format!("t{n}")).collect();
    for body in [json!({}), json!({ "tags": "a" }), json!({ "tags": [1] }), json!({ "tags": many })]
    {
        let answer = client.post(&path, body).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
}
