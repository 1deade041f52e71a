//! Lists page by page.

use serde_json::json;

use crate::support::{Client, shared_desk, unique};

async fn seven(client: &Client<'_>) -> String {
    let tag = unique("page");
    for n in 0..7 {
        let priority = ["low", "high"][n % 2];
        let body = json!({ "subject": format!("{n}"), "tags": [tag], "priority": priority });
        client.post("/api/v1/tickets", body).await.expect(201);
    }
    tag
}

async fn all_pages(client: &Client<'_>, query: &str, between: impl AsyncFn()) -> Vec<String> {
    let mut subjects = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client
            .get(&format!("/api/v1/tickets?{query}&limit=2&cursor={cursor}"))
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        subjects.extend(items.iter().map(|item| item["subject"].as_str().unwrap().to_owned()));
        between().await;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return subjects,
        }
    }
}

#[tokio::test]
async fn pages_follow_one_another_in_every_order() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = seven(&client).await;
    for sort in
        ["created_at", "-created_at", "updated_at", "priority", "-priority", "number", "-number"]
    {
        let query = format!("tag={tag}&sort={sort}");
        let whole = client.get(&format!("/api/v1/tickets?{query}")).await.expect(200);
        let whole: Vec<_> = whole["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["subject"].as_str().unwrap())
            .collect();
        assert_eq!(whole.len(), 7);
        assert_eq!(all_pages(&client, &query, async || {}).await, whole, "{sort}");
    }
}

#[tokio::test]
async fn pages_skip_and_repeat_nothing_while_tickets_come_in() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = seven(&client).await;
    let newcomer = async || {
        client
            .post("/api/v1/tickets", json!({ "subject": "new", "tags": [tag] }))
            .await
            .expect(201);
    };
    let seen = all_pages(&client, &format!("tag={tag}&sort=-created_at"), newcomer).await;
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_422() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = seven(&client).await;
    let page = client.get(&format!("/api/v1/tickets?tag={tag}&limit=2")).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for query in [format!("tag={tag}&sort=priority&cursor={cursor}"), "cursor=rubbish".to_owned()] {
        let answer = client.get(&format!("/api/v1/tickets?{query}")).await;
        assert_eq!(answer.bad_fields(), ["query.cursor"], "{query}");
    }
}
