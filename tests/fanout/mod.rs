//! One desk on several processes: the log goes through a real Kafka to views built elsewhere.

mod feed;
mod frozen;
mod idle;
mod killed;
mod lost_topics;
mod poison;
mod rebuild;
mod records;
mod two_projectors;

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;
use test_support::kafka::apache_is_there;

use crate::log::{database, dump};
use crate::support::{Client, Desk, Setup, open_ticket, run_to_end};

/// Partitions of each topic here.
const PARTITIONS: i32 = 4;

/// A process with some roles, on this Kafka.
fn roles(roles: &str, bootstrap: &str, prefix: &str) -> Setup {
    // The mock cluster forms no group within less than three seconds.
    let session = if apache_is_there() { "2s" } else { "6s" };
    Setup::default()
        .argument("--roles")
        .argument(roles)
        .variable("DOCKET_KAFKA_BROKERS", bootstrap)
        .variable("DOCKET_KAFKA_PREFIX", prefix)
        .variable("DOCKET_KAFKA_PARTITIONS", &PARTITIONS.to_string())
        .variable("DOCKET_KAFKA_SESSION_TIMEOUT", session)
        .variable("DOCKET_RELAY_LEASE", "2s")
}

/// Waits until all views, search among them, show everything there is; an answer that came is the wait's end.
async fn settle(desk: &Desk) {
    let admin = desk.as_admin().await;
    let head = admin.get("/api/v1/events/head").await.expect(200)["position"].to_string();
    for _ in 0..3 {
        let call = admin.call(Method::GET, "/api/v1/tickets?search=anything");
        let answer = call.header("docket-min-position", &head).send().await;
        if answer.status != 503 {
            answer.expect(200);
            return;
        }
    }
    panic!("the views do not come to position {head}");
}

/// Some tickets with a life.
async fn work(client: &Client<'_>, tickets: usize) {
    for n in 0..tickets {
        let ticket = open_ticket(client, &format!("Cell {n} 基站 down")).await;
        let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
        let comment = json!({ "text": format!("looking at {n}"), "visibility": "internal" });
        client.post(&format!("{path}/comments"), comment).await.expect(201);
        client
            .post(&format!("{path}/status"), json!({ "status": "in_progress" }))
            .await
            .expect(200);
        if n % 3 == 0 {
            client.post(&format!("{path}/tags"), json!({ "add": ["5g"] })).await.expect(200);
        }
    }
}

/// Builds the views again out of Postgres alone and asserts that they have the same rows. `desk` is any process of the
/// desk; those that project must have ended.
async fn assert_equal_to_a_rebuild(desk: &Desk) {
    let pool = database(desk).await;
    let before = dump(&pool, "views").await;
    sqlx::query("drop schema views cascade").execute(&pool).await.unwrap();
    let tail = Setup::default().argument("--roles").argument("api,projector");
    let rebuilt = desk.beside(tail).await;
    let head: i64 = head(&pool).await;
    let admin = desk.people().await.of("admin").access(&rebuilt).await;
    let admin = rebuilt.anonymous().bearer(&admin);
    let call = admin.call(Method::GET, "/api/v1/tickets?search=anything");
    call.header("docket-min-position", &head.to_string()).send().await.expect(200);
    rebuilt.stop();
    let after = dump(&pool, "views").await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (table, rows) in before {
        // Which says whether the indexes are there, and they are made after the rows.
        if table == "meta" {
            continue;
        }
        // Signing in to look has been recorded as well.
        let new = after[&table].iter().filter(|row| !rows.contains(row)).count();
        let known: Vec<&String> = after[&table].iter().filter(|row| rows.contains(row)).collect();
        assert_eq!(known.len(), rows.len(), "views.{table}");
        assert!(new == 0 || table == "audit", "{new} more rows in views.{table}");
    }
}

async fn head(pool: &PgPool) -> i64 {
    let sql = "select coalesce(max(last_position), 0) from log.batches";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// Waits until something holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let patience = tokio::time::Instant::now() + Duration::from_secs(90);
    while !holds().await {
        assert!(tokio::time::Instant::now() < patience, "{what}: not within 90 seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the relay has published everything there is.
async fn until_published(pool: &PgPool) {
    until("everything is published", async || {
        let sql = "select position from work.relay";
        let relayed: Option<i64> = sqlx::query_scalar(sql).fetch_optional(pool).await.unwrap();
        relayed.unwrap_or(0) >= head(pool).await
    })
    .await;
}

/// Runs a command of `docket` on the desk's database: whether it ended well, and all that it said.
async fn docket(desk: &Desk, arguments: &[&str]) -> (bool, String) {
    let mut command = desk.command();
    command.args(arguments);
    let output = run_to_end(command).await;
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
