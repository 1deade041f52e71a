//! `docket status` and `GET /status`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{api_alone, roles};
use crate::support::{Desk, open_ticket, run_to_end};

/// What `docket status` says, and whether it was content.
async fn status(desk: &Desk, arguments: &[&str]) -> (bool, String) {
    let mut command = desk.command();
    command.arg("status").args(arguments);
    let output = run_to_end(command).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

pub(super) async fn json_status(desk: &Desk) -> (bool, Value) {
    let (content, said) = status(desk, &["--json"]).await;
    (content, serde_json::from_str(&said).unwrap())
}

pub(super) fn kinds(status: &Value) -> Vec<&str> {
    let attention = status["attention"].as_array().unwrap();
    attention.iter().map(|attention| attention["kind"].as_str().unwrap()).collect()
}

async fn execute(desk: &Desk, sql: &str) {
    let mut connection = PgConnection::connect(desk.database_url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn it_shows_who_is_there_and_how_far_they_are() {
    let api = api_alone().await;
    let (content, said) = status(&api, &[]).await;
    assert!(!content, "nobody builds the views: {said}");
    assert!(said.contains("No process has the role projector."), "{said}");

    let others = api.beside(roles("projector,worker")).await;
    let admin = api.as_admin().await;
    open_ticket(&admin, "Seen by the views").await;
    // As soon as this is answered the views are there.
    admin.get("/api/v1/tickets?search=views").await.expect(200);

    let (content, told) = json_status(&api).await;
    assert!(content, "{told}");
    assert_eq!(told["attention"], json!([]));
    let processes = told["processes"].as_array().unwrap();
    let has: Vec<&Value> = processes.iter().map(|process| &process["roles"]).collect();
    assert_eq!(has, [&json!(["api"]), &json!(["projector", "worker"])]);
    assert_eq!(processes[0]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told["relay"], Value::Null, "nothing was ever published");
    // What concerns no reaction is passed by once a second.
    let begun = Instant::now();
    let mut told = told;
    while told["consumers"].as_array().unwrap().iter().any(|consumer| consumer["lag_events"] != 0) {
        assert!(begun.elapsed() < Duration::from_secs(60), "{told}");
        (_, told) = json_status(&api).await;
    }
    let consumers: Vec<&str> = told["consumers"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|c| c["consumer"].as_str())
        .collect();
    assert_eq!(consumers, ["reactions", "search", "views"]);
    for consumer in told["consumers"].as_array().unwrap() {
        assert_eq!(consumer["position"], told["log"]["position"], "{consumer}");
        assert_eq!(consumer["lag_seconds"], 0.0);
    }

    let (content, said) = status(&api, &[]).await;
    assert!(content && said.contains("All is well."), "{said}");
    let header = said.lines().find(|line| line.starts_with("process")).unwrap();
    let row = said.lines().find(|line| line.starts_with("projector,worker")).unwrap();
    let column = header.find("version").unwrap();
    assert!(row[column..].starts_with(env!("CARGO_PKG_VERSION")), "{said}");

    others.stop();
    let (content, told) = json_status(&api).await;
    assert!(!content);
    assert_eq!(told["processes"].as_array().unwrap().len(), 1, "it has taken itself off the list");
    assert_eq!(kinds(&told), ["role_missing", "role_missing"]);
}

#[tokio::test]
async fn it_tells_what_needs_a_person() {
    let desk = Desk::start(roles("api,projector,worker")).await;
    let ticket = open_ticket(&desk.as_handler().await, "Poison").await;
    let id = ticket["id"].as_str().unwrap();
    execute(
        &desk,
        &format!(
            "insert into work.parked_streams (consumer, stream_id, kind, first_position, error) \
             values ('views', '{id}', 'ticket', 2, 'no such colour'); \
             insert into work.parked_events (consumer, stream_id, version, position) \
             values ('views', '{id}', 1, 2), ('views', '{id}', 2, 3); \
             insert into work.jobs (id, queue, job_type, key, parameters, payload, status, max_tries, due_at) \
             values ('{id}', 'imports', 'import', 'k', '{{}}', '', 'dead', 1, now())"
        ),
    )
    .await;
    let (content, told) = json_status(&desk).await;
    assert!(!content);
    assert_eq!(kinds(&told), ["parked", "dead_jobs"], "{told}");
    let parked = &told["parked"][0];
    assert_eq!((&parked["stream_id"], &parked["events"]), (&json!(id), &json!(2)));
    assert_eq!(parked["error"], "no such colour");
    let (_, said) = status(&desk, &[]).await;
    assert!(said.contains("docket views retry") && said.contains("no such colour"), "{said}");

    let metrics = desk.anonymous().get("/metrics").await.text();
    assert!(metrics.contains("docket_parked_streams{consumer=\"views\"} 1"), "{metrics}");
    assert!(metrics.contains("docket_jobs{queue=\"imports\",status=\"dead\"} 1"), "{metrics}");
}

#[tokio::test]
async fn a_process_that_was_killed_stays_on_the_list_for_a_while() {
    let desk = Desk::start(roles("api,projector,worker")).await;
    desk.kill();
    let (content, told) = json_status(&desk).await;
    assert!(content, "it may only be slow: {told}");
    execute(&desk, "update work.processes set seen_at = now() - interval '1 minute'").await;
    let (content, told) = json_status(&desk).await;
    assert!(!content);
    assert_eq!(told["processes"][0]["alive"], false);
    assert_eq!(told["attention"][0]["detail"], "No process is running.");

    execute(&desk, "update work.processes set seen_at = now() - interval '11 minutes'").await;
    desk.start_again().await;
    let (content, told) = json_status(&desk).await;
    assert!(content, "{told}");
    assert_eq!(told["processes"].as_array().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn administrators_see_the_same_over_http() {
    let desk = Desk::start(roles("api,projector,worker")).await;
    let admin = desk.as_admin().await;
    let answered = admin.get("/api/v1/status").await.expect(200);
    let (_, told) = json_status(&desk).await;
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&answered), members(&told));
    assert_eq!(answered["processes"][0]["id"], told["processes"][0]["id"]);
    admin.get("/api/v1/status?verbose=true").await.problem(422);
    for role in ["handler", "publisher", "viewer"] {
        desk.as_role(role).await.get("/api/v1/status").await.problem(403);
    }
    desk.anonymous().get("/api/v1/status").await.problem(401);
}
