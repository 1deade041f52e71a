//! A ticket as it was.

use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn a_ticket_is_shown_as_it_was_in_a_version_and_at_a_time() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let first = open_ticket(&client, "Version one").await;
    let path = format!("/api/v1/tickets/{}", first["id"].as_str().unwrap());
    let second = client.patch(&path, json!({ "subject": "Version two" })).await.expect(200);
    let third =
        client.post(&format!("{path}/status"), json!({ "status": "closed" })).await.expect(200);
    for (version, then) in [(1, &first), (2, &second), (3, &third)] {
        let answer = client.get(&format!("{path}?as_of={version}")).await;
        assert_eq!(&answer.expect(200), then);
        assert_eq!(answer.header("etag"), Some(format!("\"{version}\"").as_str()));
        let time = then["updated_at"].as_str().unwrap();
        assert_eq!(&client.get(&format!("{path}?as_of={time}")).await.expect(200), then, "{time}");
    }
    let now = client.get(&format!("{path}?as_of=2999-01-01T00:00:00Z")).await.expect(200);
    assert_eq!(now, third);
}

#[tokio::test]
async fn before_its_first_version_there_is_no_ticket() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Young").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    client.get(&format!("{path}?as_of=1999-12-31")).await.problem(404);
    client.get(&format!("{path}?as_of=2")).await.problem(404);
    for odd in ["yesterday", "0", "99999999999999999999", "2026-13-01"] {
        let bad = client.get(&format!("{path}?as_of={odd}")).await.bad_fields();
        assert_eq!(bad, ["query.as_of"], "{odd}");
    }
}
