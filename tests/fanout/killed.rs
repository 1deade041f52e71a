//! Everything that takes part is killed, one after the other, while people and another system write.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::json;
use test_support::TestKafka;

use super::frozen::assert_published_once;
use super::{assert_equal_to_a_rebuild, roles, settle, until, until_published};
use crate::log::database;
use crate::support::{Client, Desk, open_ticket};

/// Writers beside the other system.
const PEOPLE: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_out_of_order() {
    let kafka = TestKafka::start().await;
    if kafka.lacks("a memory that lasts") {
        return;
    }
    let (bootstrap, prefix) = (kafka.bootstrap(), "killed");
    let setup = |names| roles(names, &bootstrap, prefix);
    let api = Desk::start(setup("api")).await;
    let pool = database(&api).await;
    let mut others = Vec::new();
    for names in ["relay", "relay", "projector", "projector", "worker", "worker"] {
        others.push(api.beside(setup(names)).await);
    }
    until_published(&pool).await;
    let handler = api.as_handler().await;
    let (done, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));

    let people = join_all((0..PEOPLE).map(|person| write(&handler, person, &done, &rounds)));
    let other_system = send(&bootstrap, prefix, &done);
    let killing = async {
        let goes_on = async || {
            let before = rounds.load(Ordering::Relaxed);
            until("people go on", async || rounds.load(Ordering::Relaxed) > before + 3 * PEOPLE)
                .await;
        };
        for victim in &others {
            goes_on().await;
            victim.kill();
            goes_on().await;
            victim.start_again().await;
        }
        goes_on().await;
        kafka.kill();
        goes_on().await;
        kafka.restart().await;
        goes_on().await;
        done.store(true, Ordering::Relaxed);
    };
    let (written, sent, ()) = tokio::join!(people, other_system, killing);

    until("the other system's tickets are there", async || {
        let sql = "select count(*) from log.claims where kind = 'ticket.external_id'";
        let claimed: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        claimed == i64::try_from(sent).unwrap()
    })
    .await;
    until_published(&pool).await;
    settle(&api).await;
    let written: Vec<String> = written.into_iter().flatten().collect();
    assert!(written.len() > 40 && sent > 10, "{} written, {sent} sent", written.len());
    for path in &written {
        let ticket = handler.get(path).await.expect(200);
        assert_eq!((&ticket["version"], &ticket["status"]), (&json!(3), &json!("resolved")));
    }
    let stats = handler.get("/api/v1/tickets/stats").await.expect(200);
    assert_eq!(stats["total_tickets"], written.len() + sent);
    assert_published_once(&bootstrap, prefix, &pool).await;
    for other in &others {
        other.stop();
    }
    assert_equal_to_a_rebuild(&api).await;
}

/// Opens tickets, comments on them and resolves them; returns their paths. No answer may be anything but good.
async fn write(
    client: &Client<'_>,
    person: usize,
    done: &AtomicBool,
    rounds: &AtomicUsize,
) -> Vec<String> {
    let mut paths = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let ticket = open_ticket(client, &format!("Person {person}")).await;
        let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
        let comment = json!({ "text": "Done.", "visibility": "public" });
        client.post(&format!("{path}/comments"), comment).await.expect(201);
        client.post(&format!("{path}/status"), json!({ "status": "resolved" })).await.expect(200);
        paths.push(path);
        rounds.fetch_add(1, Ordering::Relaxed);
    }
    paths
}

/// Puts tickets into the inbound topic, each of them twice; returns how many there are.
async fn send(bootstrap: &str, prefix: &str, done: &AtomicBool) -> usize {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("enable.idempotence", "true")
        .create()
        .unwrap();
    let topic = format!("{prefix}.inbound.tickets");
    let mut sent = 0;
    while !done.load(Ordering::Relaxed) {
        let id = format!("HDTS-{sent}");
        let ticket = json!({ "external_id": id, "subject": "From elsewhere", "description": "d" });
        let ticket = ticket.to_string();
        for _ in 0..2 {
            let record = FutureRecord::to(&topic).key(&id).payload(&ticket);
            producer.send(record, Duration::from_secs(120)).await.unwrap();
        }
        sent += 1;
    }
    sent
}
