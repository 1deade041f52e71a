//! The examples for analysts, on a desk with Kafka.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::kcat_read;

use super::document::check;
use crate::support::{Desk, Setup, Tool, finish, kafka_and_prefix, repo};

/// Opens a ticket and moves it through statuses.
async fn ticket(desk: &Desk, category: &str, statuses: &[&str]) -> Value {
    let client = desk.as_handler().await;
    let mut body = crate::support::ticket("How long does it take?");
    body["category"] = json!(category);
    let ticket = client.post("/api/v1/tickets", body).await.expect(201);
    let path = format!("/api/v1/tickets/{}/status", ticket["id"].as_str().unwrap());
    for status in statuses {
        client.post(&path, json!({ "status": status })).await.expect(200);
    }
    ticket
}

/// Waits until the views, which read Kafka and nothing else, show all that was written.
async fn published(desk: &Desk) {
    desk.as_admin().await.call(Method::GET, "/api/v1/tickets").send().await.expect(200);
}

#[tokio::test]
async fn analysts_get_their_answer_from_the_topic_and_go_on_where_they_stopped() {
    let Some(python) = Tool::Python.find() else { return };
    let (bootstrap, prefix) = kafka_and_prefix(3).await;
    let setup = Setup::default()
        .variable("DOCKET_SOURCE", "kafka")
        .variable("DOCKET_KAFKA_BROKERS", &bootstrap)
        .variable("DOCKET_KAFKA_PREFIX", &prefix)
        .variable("DOCKET_KAFKA_PARTITIONS", "3");
    let desk = Desk::start(setup).await;
    ticket(&desk, "technical_issue", &["in_progress", "resolved", "closed"]).await;
    ticket(&desk, "technical_issue", &["closed", "open", "resolved"]).await;
    ticket(&desk, "account", &["resolved", "in_progress"]).await;
    published(&desk).await;

    let script = repo().join("examples/analytics/resolution_times.py");
    let program = python.get_program().to_owned();
    let answer = async || {
        let mut python = Command::new(&program);
        python.current_dir(&desk.folder).arg("-B").arg(&script).arg("--until-end");
        python.args(["--brokers", &bootstrap, "--prefix", &prefix, "--database", "t.duckdb"]);
        let table = finish(python).await;
        // Category and how many were resolved, of each row of the table.
        let rows = table.lines().filter(|line| line.starts_with("│ 20"));
        rows.map(|row| {
            let cells: Vec<_> = row.split('│').map(str::trim).collect();
            format!("{} {}", cells[2], cells[3])
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(answer().await, ["technical_issue 2"]);
    ticket(&desk, "account", &["resolved"]).await;
    published(&desk).await;
    assert_eq!(answer().await, ["account 1", "technical_issue 2"]);
    assert_eq!(answer().await, ["account 1", "technical_issue 2"], "nothing counts twice");

    let mut events = Vec::new();
    for kind in ["ticket", "user"] {
        for record in kcat_read(&bootstrap, &format!("{prefix}.{kind}")).await {
            let data: Value = serde_json::from_str(record.value.as_deref().unwrap()).unwrap();
            events.push(json!({
                "position": record.headers["ce_position"], "type": record.headers["ce_type"],
                "data": data, "headers": record.headers,
            }));
        }
    }
    check(&desk, events).await;
}

#[tokio::test]
async fn the_folds_of_the_examples_hold() {
    let Some(mut python) = Tool::Python.find() else { return };
    python
        .current_dir(repo().join("examples/analytics"))
        // Nothing is written into the clone.
        .args(["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    finish(python).await;
}
