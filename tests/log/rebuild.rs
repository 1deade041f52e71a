//! The views are derived: dropped and built again, they have the same rows.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::{database, dump};
use crate::imports::import;
use crate::support::{Desk, Setup, open_ticket};

/// Some of everything that can happen.
async fn work(desk: &Desk) {
    let handler = desk.as_handler().await;
    let publisher = desk.as_publisher().await;
    let admin = desk.as_admin().await;
    let mut paths = Vec::new();
    for n in 0..6 {
        let ticket = open_ticket(
            if n % 2 == 0 { &handler } else { &publisher },
            &format!("Ticket {n} 故障"),
        )
        .await;
        paths.push((
            format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap()),
            ticket["id"].clone(),
        ));
    }
    let email = &desk.people().await.handler.email;
    let post = async |n: usize, rest: &str, body: Value| {
        let answer = handler.post(&format!("{}{rest}", paths[n].0), body).await;
        assert!(answer.status < 300, "{rest}: {}", answer.text());
    };
    let everything = json!({
        "subject": "Changed", "description": "Other words", "category": "c", "subcategory": "s", "department": "d",
        "priority": "urgent", "external_id": "ext-1", "ticket_type": "t", "data": { "a": 1 }, "tags": ["x", "y"],
        "customer": { "id": "C-1", "email": "c@example.com", "name": "C" }, "source": "chat", "browser": "b",
        "device_type": "d", "assigned_to": email, "status": "in_progress",
    });
    handler.patch(&paths[0].0, everything).await.expect(200);
    post(0, "/comments", json!({ "text": "Looked at it", "visibility": "public" })).await;
    post(0, "/comments", json!({ "text": "Between us", "visibility": "internal" })).await;
    post(0, "/assign", json!({ "assigned_to": null })).await;
    post(0, "/watch", json!({})).await;
    post(1, "/status", json!({ "status": "resolved", "reason": "Done" })).await;
    post(1, "/status", json!({ "status": "open" })).await;
    post(2, "/links", json!({ "kind": "parent", "ticket": paths[1].1 })).await;
    post(3, "/merge", json!({ "into": paths[2].1 })).await;
    post(4, "/merge", json!({ "into": paths[2].1 })).await;
    post(4, "/unmerge", json!({})).await;
    handler.delete(&paths[5].0).await.expect(204);
    handler.delete(&paths[4].0).await.expect(204);
    post(4, "/restore", json!({})).await;
    import(&handler, "csv", "subject,tags,created_at\nOld,a;b,2024-01-01T00:00:00Z\n,c,\nNew,,\n")
        .await
        .expect(200);
    admin.post("/api/v1/roles", json!({ "name": "Level 2" })).await.expect(201);
    admin.patch("/api/v1/settings", json!({ "strict_categories": false })).await.expect(200);
    publisher.get("/api/v1/users").await.problem(403);
}

#[tokio::test]
async fn dropped_views_are_built_again_row_for_row() {
    let desk = Desk::start(Setup::default()).await;
    work(&desk).await;
    let pool = database(&desk).await;
    settle(&desk).await;
    let before = dump(&pool, "views").await;
    assert!(before.values().map(Vec::len).sum::<usize>() > 50, "the scene has rows: {before:?}");
    desk.stop();
    sqlx::query("drop schema views cascade").execute(&pool).await.unwrap();
    desk.start_again().await;
    settle(&desk).await;
    let after = dump(&pool, "views").await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "views.{table}");
    }
}

#[tokio::test]
async fn a_restart_goes_on_where_the_views_stood() {
    let desk = Desk::start(Setup::default()).await;
    work(&desk).await;
    settle(&desk).await;
    let pool = database(&desk).await;
    let before = dump(&pool, "views").await;
    desk.kill();
    desk.start_again().await;
    settle(&desk).await;
    assert_eq!(dump(&pool, "views").await, before);
    // Restarts do not lose who is signed in.
    open_ticket(&desk.as_handler().await, "After the restart").await;
    let sql = "select count(*) from log.events where type = 'user.registered'";
    let users: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
    assert_eq!(users, 4, "the first admin is made once");
}

/// Waits until the views, search among them, are at the end of the log.
async fn settle(desk: &Desk) {
    let admin = desk.as_admin().await;
    let head = admin.get("/api/v1/events/head").await.expect(200)["position"].to_string();
    let call = admin.call(Method::GET, "/api/v1/tickets?search=anything");
    call.header("docket-min-position", &head).send().await.expect(200);
}
