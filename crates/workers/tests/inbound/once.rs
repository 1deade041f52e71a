//! Every good message becomes one ticket.

use eventstore::Actor;
use serde_json::json;

use crate::support::{Desk, headers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_becomes_a_ticket_in_its_name() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let value = json!({
        "ticket_id": "HDTS-1", "subject": "Login issue", "category": "Technical Support",
        "priority": "high", "employee": { "id": 123, "name": "John Doe", "email": "j@example.com" },
    });
    let sent = headers([("ce_id", "message-1"), ("traceparent", traceparent)]);
    desk.send_with(Some("HDTS-1"), Some(value.to_string().as_bytes()), sent).await;
    desk.send(None, r#"{"title": "Without a header"}"#).await;
    desk.until_tickets(2).await;
    let mut opened = desk.opened().await;
    opened.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(opened[0].0, "Login issue");
    let metadata = &opened[0].1;
    assert_eq!(metadata.correlation_id, "message-1");
    assert_eq!(metadata.traceparent.as_deref(), Some(traceparent));
    assert_eq!(metadata.actor, Actor::System);
    let place = &opened[1].1.correlation_id;
    assert!(place.starts_with(&desk.settings.inbound_topic()), "{place}");
    consumer.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_sent_again_opens_nothing() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    let one = r#"{"external_id": "H-1", "subject": "one"}"#;
    let keyed = r#"{"subject": "keyed"}"#;
    for (key, value) in [
        (Some("H-1"), one),
        (Some("H-1"), one),
        (Some("another"), one),
        (None, one),
        (Some("H-1"), r#"{"external_id": "H-1", "subject": "other words"}"#),
        (Some("k"), keyed),
        (Some("k"), keyed),
    ] {
        desk.send(key, value).await;
    }
    // Behind all of them, in each partition.
    for n in 0..20 {
        let key = format!("end-{n}");
        desk.send(Some(&key), format!("{{\"external_id\": \"{key}\", \"subject\": \"end\"}}"))
            .await;
    }
    let mut tickets = desk.until_tickets(22).await;
    consumer.finish().await;
    tickets.retain(|subject| subject != "end");
    tickets.sort();
    assert_eq!(tickets, ["keyed", "one"]);
    assert_eq!(desk.tickets().await.len(), 22);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_appended_and_not_committed_is_known_when_it_comes_again() {
    if test_support::shared_kafka().await.lacks("commits from outside of a group") {
        return;
    }
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    desk.send(Some("a"), r#"{"external_id": "H-1", "subject": "by external id"}"#).await;
    desk.send(Some("b"), r#"{"subject": "by key"}"#).await;
    desk.send(None, r#"{"subject": "by place"}"#).await;
    desk.until_tickets(3).await;
    consumer.kill().await;
    desk.forget_commits().await;

    let consumer = desk.consumer().await;
    for n in 0..20 {
        let key = format!("end-{n}");
        desk.send(Some(&key), format!("{{\"external_id\": \"{key}\", \"subject\": \"end\"}}"))
            .await;
    }
    let mut tickets = desk.until_tickets(23).await;
    consumer.finish().await;
    tickets.retain(|subject| subject != "end");
    tickets.sort();
    assert_eq!(tickets, ["by external id", "by key", "by place"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_that_die_one_after_the_other_lose_and_double_nothing() {
    const TICKETS: usize = 300;
    let desk = Desk::new().await;
    for n in 0..TICKETS {
        let key = format!("H-{}", n % 50);
        desk.send(
            Some(&key),
            json!({ "external_id": n, "subject": format!("{n:04}") }).to_string(),
        )
        .await;
    }
    for least in [1, 40, 120, 200] {
        let (one, two) = (desk.consumer().await, desk.consumer().await);
        desk.until_tickets(least).await;
        one.kill().await;
        two.kill().await;
    }
    let consumer = desk.consumer().await;
    let mut tickets = desk.until_tickets(TICKETS).await;
    consumer.finish().await;
    tickets.sort();
    assert_eq!(tickets, (0..TICKETS).map(|n| format!("{n:04}")).collect::<Vec<_>>());
}
