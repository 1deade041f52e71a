//! `docket views rebuild` while people write and read, on a desk whose views come from Kafka.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{PARTITIONS, assert_equal_to_a_rebuild, docket, roles, settle, until, work};
use crate::support::{Desk, kafka_and_prefix, open_ticket};

#[tokio::test(flavor = "multi_thread")]
async fn views_are_exchanged_without_a_failed_or_stale_read() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = |names| roles(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api,relay")).await;
    let projector = api.beside(setup("projector")).await;
    let handler = api.as_handler().await;
    work(&handler, 10).await;
    settle(&api).await;
    let done = AtomicBool::new(false);
    let seen = AtomicUsize::new(0);
    let people = async {
        let mut rounds = 0;
        while !done.load(Ordering::Relaxed) {
            let subject = format!("Amid the rebuild {rounds}");
            let ticket = open_ticket(&handler, &subject).await;
            let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
            assert_eq!(handler.get(&path).await.expect(200)["subject"], subject);
            let list = handler.get("/api/v1/tickets?limit=1&count=true").await.expect(200);
            assert_eq!(list["items"][0]["subject"], subject);
            handler.get("/api/v1/tickets/stats").await.expect(200);
            rounds += 1;
            seen.store(rounds, Ordering::Relaxed);
        }
    };
    let rebuilding = async {
        for names in [&["all"][..], &["tickets"], &["search", "audit"], &["views"]] {
            let (fine, said) = docket(&api, &[&["views", "rebuild"], names].concat()).await;
            assert!(fine, "{names:?}: {said}");
            // People go on, at the pace of the machine.
            let before = seen.load(Ordering::Relaxed);
            until("people go on", async || seen.load(Ordering::Relaxed) > before).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(people, rebuilding);
    let (fine, said) = docket(&api, &["views", "rebuild", "tikets"]).await;
    assert!(!fine && said.contains("there is no view \"tikets\""), "{said}");
    settle(&api).await;
    projector.stop();
    assert_equal_to_a_rebuild(&api).await;
}
