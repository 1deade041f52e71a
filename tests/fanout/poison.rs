//! An event that cannot be folded parks one ticket's view; after the fix, `docket views retry` drains it.

use serde_json::json;

use super::{PARTITIONS, assert_equal_to_a_rebuild, docket, roles, settle, until_published};
use crate::log::database;
use crate::support::{Desk, kafka_and_prefix, open_ticket};

#[tokio::test]
async fn one_ticket_waits_and_all_others_go_on() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = |names| roles(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api")).await;
    let pool = database(&api).await;
    let handler = api.as_handler().await;
    let sick = open_ticket(&handler, "Sick").await;
    let well = open_ticket(&handler, "Well").await;
    let path =
        |ticket: &serde_json::Value| format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let mut projector = api.beside(setup("relay,projector")).await;
    settle(&api).await;
    projector.stop();

    let moved =
        handler.post(&format!("{}/status", path(&sick)), json!({ "status": "in_progress" })).await;
    let position = moved.position().unwrap();
    let select = "select data from log.events where position = $1";
    let good: Vec<u8> = sqlx::query_scalar(select).bind(position).fetch_one(&pool).await.unwrap();
    let update = "update log.events set data = $2 where position = $1";
    let bad = String::from_utf8(good.clone()).unwrap().replace("in_progress", "sideways");
    sqlx::query(update).bind(position).bind(bad.as_bytes()).execute(&pool).await.unwrap();
    projector = api.beside(setup("relay,projector")).await;
    until_published(&pool).await;
    let comment = json!({ "text": "After the poison", "visibility": "public" });
    handler.post(&format!("{}/comments", path(&sick)), comment.clone()).await.expect(201);
    handler.post(&format!("{}/comments", path(&well)), comment).await.expect(201);
    settle(&api).await;

    let sick_now = handler.get(&path(&sick)).await.expect(200);
    assert_eq!((&sick_now["status"], &sick_now["version"]), (&json!("open"), &json!(1)));
    assert_eq!(handler.get(&path(&well)).await.expect(200)["version"], 2);
    let others = open_ticket(&handler, "Another").await;
    assert_eq!(handler.get(&path(&others)).await.expect(200)["subject"], "Another");

    let (fine, text) = docket(&api, &["status"]).await;
    assert!(text.contains(sick["id"].as_str().unwrap()), "{text}");
    assert!(!fine, "a parked stream needs a person");

    let retry = async || docket(&api, &["views", "retry"]).await;
    let (drained, said) = retry().await;
    assert!(!drained && said.contains("stays parked") && said.contains("sideways"), "{said}");
    sqlx::query(update).bind(position).bind(&good).execute(&pool).await.unwrap();
    let (drained, said) = retry().await;
    assert!(drained && said.contains("goes on, 2 events folded"), "{said}");
    let sick_now = handler.get(&path(&sick)).await.expect(200);
    assert_eq!((&sick_now["status"], &sick_now["version"]), (&json!("in_progress"), &json!(3)));
    handler
        .post(&format!("{}/status", path(&sick)), json!({ "status": "resolved" }))
        .await
        .expect(200);
    assert_eq!(handler.get(&path(&sick)).await.expect(200)["status"], "resolved");
    settle(&api).await;
    projector.stop();
    assert_equal_to_a_rebuild(&api).await;
}
