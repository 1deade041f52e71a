//! What is not the message's fault is waited out.

use std::time::Duration;

use test_support::TestKafka;

use crate::support::{Desk, Door};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_waits_for_the_database() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    desk.send(Some("a"), r#"{"external_id": "1", "subject": "before"}"#).await;
    desk.until_tickets(1).await;

    desk.database(Door::Shut).await;
    desk.send(Some("a"), r#"{"external_id": "2", "subject": "meanwhile"}"#).await;
    desk.send(Some("a"), r#"{"external_id": "3", "subject": "after"}"#).await;
    // Long enough for some attempts, and for the consumer to show that it lives.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    desk.database(Door::Open).await;

    assert_eq!(desk.until_tickets(3).await, ["before", "meanwhile", "after"], "in their order");
    // The consumer reads on as before.
    desk.send(Some("b"), r#"{"external_id": "4", "subject": "later"}"#).await;
    desk.until_tickets(4).await;
    consumer.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_session_is_kept_alive() {
    if test_support::shared_kafka().await.lacks("lists of groups") {
        return;
    }
    let mut desk = Desk::new().await;
    desk.settings.session_timeout = Duration::from_secs(1);
    let consumer = desk.consumer().await;
    desk.send(Some("a"), r#"{"external_id": "1", "subject": "one"}"#).await;
    desk.until_tickets(1).await;
    // Several sessions long there is nothing to do, and nobody has to join anew; unless the machine is so busy that a
    // session goes by without anybody's fault.
    let mut kept = false;
    for _ in 0..10 {
        let members = desk.members();
        tokio::time::sleep(Duration::from_secs(4)).await;
        kept = members.len() == 1 && desk.members() == members;
        if kept {
            break;
        }
    }
    assert!(kept, "a session of a second is too short for it");
    consumer.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_made_once_a_broker_is_there() {
    let kafka = TestKafka::start().await;
    if kafka.lacks("the making of topics") {
        return;
    }
    kafka.kill();
    let desk = Desk::at(&kafka.bootstrap(), "later".to_owned()).await;
    let consumer = desk.consumer().await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    kafka.restart().await;
    desk.send(Some("a"), r#"{"external_id": "1", "subject": "one"}"#).await;
    desk.until_tickets(1).await;

    // The broker dies, and comes again.
    kafka.kill();
    kafka.restart().await;
    desk.send(Some("a"), r#"{"external_id": "2", "subject": "two"}"#).await;
    desk.send(Some("a"), "no ticket").await;
    assert_eq!(desk.until_tickets(2).await, ["one", "two"]);
    assert_eq!(desk.dead(1).await.len(), 1);

    // It stops also while nobody is there to say good-bye to.
    kafka.kill();
    let stopped = tokio::time::timeout(Duration::from_secs(60), consumer.finish()).await;
    assert!(stopped.is_ok(), "it waits for a broker that is away");
}
