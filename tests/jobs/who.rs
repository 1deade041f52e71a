//! Who sees jobs, and who may step in.

use serde_json::{Value, json};

use super::{put_off, until_it_is};
use crate::support::{Client, shared_desk};

async fn listed(client: &Client<'_>, path: &str) -> Vec<Value> {
    let list = client.get(path).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|job| job["id"].clone()).collect()
}

#[tokio::test]
async fn a_publisher_sees_the_own_jobs_and_steps_in_nowhere() {
    let desk = shared_desk().await;
    let (publisher, handler) = (desk.as_publisher().await, desk.as_handler().await);
    let mine = put_off(&publisher, "subject\nMine\n").await;
    let theirs = put_off(&handler, "subject\nTheirs\n").await;
    let done = until_it_is(&publisher, &mine, "succeeded").await;
    assert_eq!(done["result"]["imported"], 1);
    let path =
        |job: &Value, what: &str| format!("/api/v1/jobs/{}{what}", job["id"].as_str().unwrap());
    publisher.get(&path(&theirs, "")).await.problem(404);
    let seen = listed(&publisher, "/api/v1/jobs?job_type=import&limit=200").await;
    assert!(seen.contains(&mine["id"]) && !seen.contains(&theirs["id"]));
    let seen = listed(&handler, "/api/v1/jobs?job_type=import&limit=200").await;
    assert!(seen.contains(&mine["id"]) && seen.contains(&theirs["id"]));
    publisher.post(&path(&mine, "/cancel"), json!({})).await.problem(403);
    publisher.post(&path(&mine, "/retry"), json!({})).await.problem(403);
    let viewer = desk.as_viewer().await;
    viewer.get("/api/v1/jobs").await.problem(403);
    viewer.get(&path(&mine, "")).await.problem(403);
}

#[tokio::test]
async fn a_token_for_imports_sees_what_became_of_them() {
    let desk = shared_desk().await;
    let publisher = desk.as_publisher().await;
    let body = json!({ "name": "nightly", "scopes": ["import"] });
    let token = publisher.post("/api/v1/users/api-tokens", body).await.expect(201);
    let nightly = desk.anonymous().api_key(token["token"].as_str().unwrap());
    let job = put_off(&nightly, "subject\nNightly\n").await;
    until_it_is(&nightly, &job, "succeeded").await;
    nightly.get("/api/v1/tickets").await.problem(403);
}

#[tokio::test]
async fn jobs_come_in_pages_the_newest_first() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(put_off(&client, "subject\nOne of three\n").await["id"].clone());
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/jobs?job_type=import&limit=1".to_owned();
    while !asked.iter().all(|id| seen.contains(id)) {
        let page = client.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert_eq!(items.len(), 1);
        seen.push(items[0]["id"].clone());
        path = format!(
            "/api/v1/jobs?job_type=import&limit=1&cursor={}",
            page["next_cursor"].as_str().unwrap_or_default()
        );
    }
    let order: Vec<_> = seen.iter().filter(|id| asked.contains(id)).cloned().collect();
    asked.reverse();
    assert_eq!(order, asked);
}
