//! A process that stood still until others took over changes nothing when it goes on.

use std::collections::BTreeMap;

use test_support::{kcat_read, shared_kafka};

use super::{PARTITIONS, assert_equal_to_a_rebuild, roles, settle, until, until_published, work};
use crate::log::database;
use crate::support::{Desk, Freeze, kafka_and_prefix, open_ticket};

#[tokio::test]
async fn a_relay_that_was_frozen_publishes_nothing_more() {
    let kafka = shared_kafka().await;
    let (bootstrap, prefix) = (kafka.bootstrap(), kafka.fresh_prefix());
    if kafka.lacks("fencing") {
        return;
    }
    let setup = |names| roles(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api")).await;
    let pool = database(&api).await;
    let first = api.beside(setup("relay")).await;
    until_published(&pool).await;
    let second = api.beside(setup("relay")).await;
    let handler = api.as_handler().await;
    let holder = async || -> String {
        let sql = "select holder::text from work.leases where name = 'relay'";
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    };
    for _ in 0..2 {
        work(&handler, 3).await;
        let (frozen, other) = loop {
            let before = holder().await;
            // On a busy machine the lease may pass from one to the other by itself.
            let first_holds = is_the_relay(&first).await;
            let (frozen, other) = if first_holds { (&first, &second) } else { (&second, &first) };
            frozen.freeze(Freeze::Still);
            if holder().await == before && !is_the_relay(other).await {
                break (frozen, other);
            }
            frozen.freeze(Freeze::GoOn);
        };
        work(&handler, 3).await;
        until("the other relay has taken over", async || is_the_relay(other).await).await;
        until_published(&pool).await;
        frozen.freeze(Freeze::GoOn);
        work(&handler, 3).await;
        until_published(&pool).await;
        assert!(other.log().contains("this process is the relay"));
    }
    assert_published_once(&bootstrap, &prefix, &pool).await;
}

/// Whether a process has the lease of the relay, as it says itself.
async fn is_the_relay(process: &Desk) -> bool {
    let metrics = process.anonymous().get("/metrics").await.text();
    metrics.lines().any(|line| line == "docket_relay_active 1")
}

/// Every event of the log is in its topic exactly once, each stream in order.
pub(super) async fn assert_published_once(bootstrap: &str, prefix: &str, pool: &sqlx::PgPool) {
    let kinds: Vec<String> =
        sqlx::query_scalar("select distinct kind from log.events").fetch_all(pool).await.unwrap();
    let mut positions: Vec<i64> = Vec::new();
    for kind in kinds {
        let mut versions: BTreeMap<String, i64> = BTreeMap::new();
        let mut previous: BTreeMap<i32, i64> = BTreeMap::new();
        for record in kcat_read(bootstrap, &format!("{prefix}.{kind}")).await {
            let number = |name: &str| record.headers[name].parse::<i64>().unwrap();
            let position = number("ce_position");
            let before = previous.insert(record.partition, position).unwrap_or(0);
            assert_eq!(number("ce_previous"), before, "the chain of {kind}/{}", record.partition);
            let version = versions.entry(record.key.clone().unwrap()).or_default();
            *version += 1;
            assert_eq!(number("ce_version"), *version, "the order of {kind} {:?}", record.key);
            positions.push(position);
        }
    }
    positions.sort_unstable();
    let head = super::head(pool).await;
    assert_eq!(positions, (1..=head).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_projector_that_was_frozen_writes_nothing_stale() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = |names| roles(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api,relay")).await;
    let first = api.beside(setup("projector")).await;
    let handler = api.as_handler().await;
    let old = open_ticket(&handler, "From before").await;
    settle(&api).await;
    let second = api.beside(setup("projector")).await;
    work(&handler, 4).await;
    settle(&api).await;
    for frozen in [&first, &second, &first] {
        frozen.freeze(Freeze::Still);
        work(&handler, 4).await;
        let path = format!("/api/v1/tickets/{}", old["id"].as_str().unwrap());
        let status = if frozen.base == second.base { "resolved" } else { "open" };
        let moved = serde_json::json!({ "status": status });
        let moved = handler.post(&format!("{path}/status"), moved).await;
        assert!(moved.status < 300 || moved.status == 409, "{}", moved.text());
        // The other one has all partitions by now, once its session is over.
        settle(&api).await;
        frozen.freeze(Freeze::GoOn);
        work(&handler, 4).await;
        settle(&api).await;
    }
    first.stop();
    second.stop();
    assert_equal_to_a_rebuild(&api).await;
}
