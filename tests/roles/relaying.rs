//! Who is the relay, and how far it is: in `docket status` and in the metrics of each process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::metrics::scraped;
use super::roles;
use super::status::{json_status, kinds};
use crate::support::{Desk, Setup, kafka_and_prefix, open_ticket};

/// Partitions of each topic here.
const PARTITIONS: i32 = 2;

/// A process with these roles, on this Kafka; the views are built from the log itself.
fn on_kafka(names: &str, bootstrap: &str, prefix: &str) -> Setup {
    roles(names)
        .variable("DOCKET_KAFKA_BROKERS", bootstrap)
        .variable("DOCKET_KAFKA_PREFIX", prefix)
        .variable("DOCKET_KAFKA_PARTITIONS", &PARTITIONS.to_string())
        // A relay that is merely slow stays the relay: whoever stops gives its lease back.
        .variable("DOCKET_RELAY_LEASE", "30s")
        .variable("DOCKET_SOURCE", "tail")
}

/// Waits until a process publishes and everything is on Kafka.
async fn until_published(relay: &Desk) {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let (_, metrics) = scraped(relay).await;
        let all = metrics.get("docket_relay_lag_events") == Some(&0.0);
        if all && metrics["docket_relay_active"] == 1.0 {
            return;
        }
        assert!(Instant::now() < patience, "the relay does not publish: {metrics:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn everybody_sees_which_process_is_the_relay() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = |names| on_kafka(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api,projector,worker")).await;
    let first = api.beside(setup("relay")).await;
    open_ticket(&api.as_handler().await, "To be published").await;
    until_published(&first).await;
    let second = api.beside(setup("relay")).await;

    let (_, standing_by) = scraped(&second).await;
    assert_eq!(standing_by["docket_relay_active"], 0.0);
    assert_eq!(standing_by["docket_relay_published_total"], 0.0);
    assert_eq!(standing_by["docket_lease_held{name=\"relay\"}"], 0.0);
    let (_, active) = scraped(&first).await;
    assert_eq!(active["docket_lease_held{name=\"relay\"}"], 1.0);
    assert_eq!(active["docket_relay_published_total"], active["docket_relay_position"]);
    assert_eq!(active["docket_relay_position"], active["docket_log_position"]);
    second.anonymous().get("/readyz").await.expect(200);

    let (_, told) = json_status(&api).await;
    let mut leases = told["leases"].as_array().unwrap().iter();
    let lease = leases.find(|lease| lease["name"] == "relay").unwrap();
    assert_eq!(lease["held"], true, "{told}");
    let processes = told["processes"].as_array().unwrap();
    assert_eq!(processes[1]["id"], lease["holder"], "the first relay has it: {told}");
    assert_eq!(told["relay"]["partitions"], 2);
    assert_eq!(told["relay"]["lag_events"], 0);

    first.stop();
    open_ticket(&api.as_handler().await, "Published by the other one").await;
    until_published(&second).await;
    second.stop();
    let (content, told) = json_status(&api).await;
    assert!(!content);
    assert_eq!(kinds(&told), ["role_missing"], "{told}");
    assert_eq!(told["attention"][0]["detail"], "No process has the role relay.");
    assert_ne!(told["relay"], Value::Null);
}

/// A process that never gets ready, and where it would be reached.
struct Unready {
    docket: Child,
    base: String,
}

impl Unready {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut docket = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(docket.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let base = said.trim_end().rsplit(' ').next().unwrap().to_owned();
        Self { docket, base }
    }
}

impl Drop for Unready {
    fn drop(&mut self) {
        drop(self.docket.kill());
        drop(self.docket.wait());
    }
}

#[tokio::test]
async fn a_relay_that_needs_a_person_says_so() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = |names| on_kafka(names, &bootstrap, &prefix);
    let desk = Desk::start(setup("api,projector,worker")).await;
    open_ticket(&desk.as_handler().await, "To be published").await;
    let relay = desk.beside(setup("relay")).await;
    until_published(&relay).await;
    relay.stop();

    let mut command = desk.command();
    command.args(["serve", "--roles=relay", "--listen=127.0.0.1:0"]);
    command.env("DOCKET_KAFKA_PARTITIONS", "3");
    let relay = tokio::task::spawn_blocking(|| Unready::start(command)).await.unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    let told = loop {
        let (_, told) = json_status(&desk).await;
        if !kinds(&told).is_empty() {
            break told;
        }
        assert!(Instant::now() < patience, "it takes the topics as they are: {told}");
        sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(kinds(&told), ["trouble"], "{told}");
    let why = told["attention"][0]["detail"].as_str().unwrap();
    assert!(why.contains("The relay stands still") && why.contains("partitions"), "{why}");
    let problem = reqwest::get(format!("{}/readyz", relay.base)).await.unwrap();
    assert_eq!(problem.status(), 503);
    let problem: Value = problem.json().await.unwrap();
    assert_eq!(problem["type"], "urn:docket:problem:relay-halted", "{problem}");
    let alive = reqwest::get(format!("{}/healthz", relay.base)).await.unwrap();
    assert_eq!(alive.status(), 200, "starting it again would not help");
}
