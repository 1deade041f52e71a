//! What was sent before.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{ROUTE, help_desk, send, tagged};
use crate::support::{Desk, Setup, shared_desk, unique};

#[tokio::test]
async fn a_repeat_is_answered_with_the_ticket_there_is() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "handler", "inbound").await;
    let (id, tag) = (unique("HDTS"), unique("repeat"));
    let body = json!({ "external_id": id, "subject": "Printer on fire", "tags": [tag] });
    let opened = send(&client, body.clone()).await.expect(201);
    let ticket = format!("/api/v1/tickets/{}", opened["id"].as_str().unwrap());
    desk.as_handler().await.patch(&ticket, json!({ "subject": "Put out" })).await.expect(200);

    let again = send(&client, body.clone()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let known = again.expect(200);
    assert_eq!((&known["id"], &known["subject"]), (&opened["id"], &json!("Put out")));
    assert_eq!(again.header("etag"), Some("\"2\""));

    // Other content changes nothing, and the answer does not pretend that it did.
    let other = json!({ "ticket_number": id, "title": "Printer gone", "tags": [tag] });
    let answer = send(&client, other).await;
    assert_eq!(answer.header("idempotency-replayed"), None);
    assert_eq!(answer.expect(200)["version"], 2);
    assert_eq!(tagged(&desk, &tag).await.len(), 1);
}

#[tokio::test]
async fn a_ticket_that_came_another_way_is_known_too() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let id = unique("HDTS");
    let body = json!({ "external_id": id, "subject": "By hand" });
    let opened = desk.as_handler().await.post("/api/v1/tickets", body.clone()).await.expect(201);
    let answer = send(&client, body).await;
    assert_eq!(answer.expect(200)["id"], opened["id"]);
    assert_eq!(answer.header("idempotency-replayed"), Some("true"), "the same content");
}

#[tokio::test]
async fn a_repeat_opens_no_second_ticket_after_the_first_got_another_id() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let id = unique("HDTS");
    let body = json!({ "external_id": id, "subject": "Renamed" });
    let opened = send(&client, body.clone()).await.expect(201);
    let ticket = format!("/api/v1/tickets/{}", opened["id"].as_str().unwrap());
    let changed = json!({ "external_id": unique("other") });
    desk.as_handler().await.patch(&ticket, changed).await.expect(200);
    assert_eq!(send(&client, body).await.expect(200)["id"], opened["id"]);
}

#[tokio::test]
async fn a_key_repeats_the_first_result() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let key = unique("key");
    let send = async |subject: &str| {
        let call = client.call(Method::POST, ROUTE).header("idempotency-key", &key);
        call.json(&json!({ "subject": subject })).send().await
    };
    let opened = send("Without an id").await.expect(201);
    let again = send("Without an id").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(200)["id"], opened["id"]);
    assert_eq!(send("Another one").await.bad_fields(), ["header.Idempotency-Key"]);
}

#[tokio::test]
async fn eight_at_once_open_one_ticket() {
    let desk = shared_desk().await;
    let client = help_desk(&desk, "admin", "inbound").await;
    for round in 0..5 {
        let (id, tag) = (unique("HDTS"), unique("race"));
        // Half of them say something else.
        let sent = (0..8).map(|n| {
            let subject = format!("Race {}", n % 2);
            send(&client, json!({ "external_id": id, "subject": subject, "tags": [tag] }))
        });
        let answers = join_all(sent).await;
        let opened: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(opened.len(), 1, "round {round}");
        for answer in &answers {
            assert!([200, 201].contains(&answer.status), "{}", answer.text());
            assert_eq!(answer.json()["id"], opened[0].json()["id"]);
        }
        assert_eq!(tagged(&desk, &tag).await.len(), 1);
    }
}

#[tokio::test]
async fn a_known_ticket_leaves_no_event() {
    let desk = Desk::start(Setup::default()).await;
    let client = help_desk(&desk, "admin", "inbound").await;
    let body = json!({ "external_id": "HDTS-1", "subject": "Once" });
    let opened = send(&client, body.clone()).await;
    opened.expect(201);
    let again = send(&client, body).await;
    again.expect(200);
    assert_eq!(again.position(), opened.position(), "nothing was appended");
}
