//! The whole way: from a producer in Python through Kafka to tickets that are seen.

use std::time::{Duration, Instant};

use test_support::shared_kafka;

use crate::support::{Desk, Setup, Tool, finish, kafka_and_prefix, repo};

/// How long the tickets may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn tickets_of_the_example_producer_are_seen_at_the_desk() {
    let Some(mut python) = Tool::Python.find() else { return };
    let (bootstrap, prefix) = kafka_and_prefix(12).await;
    let setup = Setup::default()
        .variable("DOCKET_KAFKA_BROKERS", &bootstrap)
        .variable("DOCKET_KAFKA_PREFIX", &prefix);
    let desk = Desk::start(setup).await;
    let topics = [format!("{prefix}.inbound.tickets"), format!("{prefix}.inbound.dead")];
    shared_kafka().await.create_topics(&topics.each_ref().map(|topic| (topic.as_str(), 12))).await;
    python.current_dir(repo().join("examples/inbound"));
    python.args(["produce_tickets.py", "tickets.jsonl"]);
    python.args(["--brokers", &bootstrap, "--prefix", &prefix]);
    let printed = finish(python).await;
    assert!(printed.contains("5 sent, 0 not"), "{printed}");

    let admin = desk.as_admin().await;
    let begun = Instant::now();
    let mut numbers = loop {
        let list = admin.get("/api/v1/tickets?limit=10").await.expect(200);
        let tickets = list["items"].as_array().unwrap();
        if tickets.len() >= 3 {
            break tickets
                .iter()
                .map(|ticket| ticket["external_id"].to_string())
                .collect::<Vec<_>>();
        }
        assert!(begun.elapsed() < PATIENCE, "{list}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    numbers.sort();
    let expected = ["17", "18", "19"].map(|n| format!("\"HDTS-2026-000{n}\""));
    assert_eq!(numbers, expected);
}
