//! What cannot become a ticket is kept, with the reason.

use std::collections::BTreeMap;

use rdkafka::Message;
use rdkafka::message::{Header, OwnedHeaders};
use serde_json::{Value, json};
use test_support::kcat_write;
use workers::inbound::MAX_VALUE_BYTES;

use crate::support::{Desk, header, headers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_message_lies_in_the_dead_topic_as_it_came() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    let bad: [(&str, Option<&[u8]>, &str); 8] = [
        ("tombstone", None, "The message has no value."),
        ("empty", Some(b""), "The message has no value."),
        ("latin", Some(b"{\"subject\": \"Caf\xe9\"}"), "The value is not UTF-8."),
        ("text", Some(b"subject: x"), "The value is not JSON: "),
        ("list", Some(b"[1]"), "The value is not a JSON object."),
        ("unknown", Some(b"{\"subject\": \"x\", \"status\": \"open\"}"), "The field status is not"),
        ("nul", Some(b"{\"subject\": \"a\\u0000\"}"), "The field subject is not valid"),
        ("several", Some(b"{\"priority\": \"x\", \"data\": 1}"), "3 fields are not valid."),
    ];
    for (key, value, _) in bad {
        let sent = headers([("ce_id", key), ("docket_reason", "an earlier death")]);
        desk.send_with(Some(key), value, sent).await;
    }
    desk.send(Some("good"), r#"{"subject": "good"}"#).await;
    let letters = desk.dead(bad.len()).await;
    assert_eq!(desk.until_tickets(1).await, ["good"]);
    consumer.finish().await;

    let letters: BTreeMap<&[u8], _> = letters.iter().map(|l| (l.key().unwrap(), l)).collect();
    for (key, value, reason) in bad {
        let letter = letters[key.as_bytes()];
        assert_eq!(letter.payload().unwrap_or_default(), value.unwrap_or_default(), "{key}");
        assert_eq!(letter.payload().is_none(), value.is_none(), "{key}: a tombstone stays one");
        assert_eq!(header(letter, "ce_id").as_deref(), Some(key));
        let said = header(letter, "docket_reason").unwrap();
        assert!(said.starts_with(reason), "{key}: {said}");
        assert_eq!(header(letter, "docket_topic"), Some(desk.settings.inbound_topic()));
        let partition: i32 = header(letter, "docket_partition").unwrap().parse().unwrap();
        assert!((0..crate::support::PARTITIONS).contains(&partition));
        assert!(header(letter, "docket_offset").unwrap().parse::<i64>().is_ok());
        assert!(header(letter, "docket_at").unwrap().ends_with('Z'));
    }
    let errors = header(letters["several".as_bytes()], "docket_errors").unwrap();
    let errors: Value = serde_json::from_str(&errors).unwrap();
    let locs: Vec<&Value> = errors.as_array().unwrap().iter().map(|error| &error["loc"]).collect();
    for field in ["subject", "priority", "data"] {
        assert!(locs.contains(&&json!(["value", field])), "{errors}");
    }
    assert_eq!(header(letters["list".as_bytes()], "docket_errors").as_deref(), Some("[]"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_too_large_by_its_headers_holds_up_nobody() {
    if test_support::shared_kafka().await.lacks("a limit of size") {
        return;
    }
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    // Just what the broker takes; with our headers it is more.
    let ambient = desk.commands.store().ambient();
    let mut noise: Vec<u8> = (0..1024).flat_map(|_| ambient.bytes::<1024>()).collect();
    noise.truncate(1_048_400);
    let sent = OwnedHeaders::new().insert(Header { key: "noise", value: Some(&noise) });
    desk.send_with(Some("k"), Some(b"[1]"), sent).await;
    // In the same partition, behind it.
    desk.send(Some("k"), r#"{"subject": "good"}"#).await;
    let letters = desk.dead(1).await;
    assert_eq!(desk.until_tickets(1).await, ["good"]);
    consumer.finish().await;
    assert_eq!((letters[0].key(), letters[0].payload()), (None, None));
    assert_eq!(header(&letters[0], "docket_headers_omitted").as_deref(), Some("true"));
    assert_eq!(header(&letters[0], "docket_value_omitted").as_deref(), Some("3"));
    assert_eq!(header(&letters[0], "docket_key_omitted").as_deref(), Some("1"));
    assert_eq!(
        header(&letters[0], "docket_reason").as_deref(),
        Some("The value is not a JSON object.")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_whose_name_is_no_text_ends_no_consumer() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    let (broker, topic) = (&desk.settings.brokers[0], desk.settings.inbound_topic());
    for value in ["[1]", r#"{"subject": "good all the same"}"#] {
        kcat_write(broker, &topic, b"n\xe4me=x", value).await;
    }
    assert_eq!(desk.until_tickets(1).await, ["good all the same"]);
    let letters = desk.dead(1).await;
    assert_eq!(letters[0].payload(), Some(&b"[1]"[..]));
    assert_eq!(header(&letters[0], "docket_headers_omitted").as_deref(), Some("true"));
    consumer.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_comes_with_another_ticket_is_no_repeat() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    desk.send(Some("k"), r#"{"subject": "first"}"#).await;
    desk.send(Some("k"), r#"{"subject": "second"}"#).await;
    let letters = desk.dead(1).await;
    consumer.finish().await;
    assert_eq!(letters[0].payload().unwrap(), br#"{"subject": "second"}"#);
    let reason = header(&letters[0], "docket_reason").unwrap();
    assert!(reason.contains("key was used before"), "{reason}");
    assert_eq!(desk.tickets().await, ["first"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_is_named_and_kept() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    // Compressed it passes the broker, whose limit is that of the value here.
    let large = format!("{{\"subject\": \"{}\"}}", "x".repeat(2 * MAX_VALUE_BYTES));
    desk.send(Some("large"), &large).await;
    // In the limit of the value, but over that of an event.
    let text = "障".repeat(19_000);
    let tags: Vec<String> = (0..50).map(|n| format!("{n:02}{}", "障".repeat(48))).collect();
    let wide = json!({
        "subject": "x", "description": text, "tags": tags, "data": { "a": "x".repeat(60_000) },
    });
    desk.send(Some("wide"), wide.to_string()).await;
    let letters = desk.dead(1).await;
    assert_eq!(letters[0].key(), Some(&b"large"[..]));
    let reason = header(&letters[0], "docket_reason").unwrap();
    assert!(reason.contains("more than 1048576"), "{reason}");
    assert_eq!(letters[0].payload().map(<[u8]>::len), Some(large.len()));
    assert_eq!(desk.until_tickets(1).await, ["x"], "what fits is a ticket");
    consumer.finish().await;
}
