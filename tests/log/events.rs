//! The log over HTTP and on the command line.

use serde_json::{Value, json};

use crate::support::{Desk, Setup, finish, open_ticket, shared_desk};

#[tokio::test]
async fn the_log_is_read_from_a_position_on_without_gaps() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let ticket = open_ticket(&client, "In the log").await;
    let head = client.get("/api/v1/events/head").await.expect(200);
    let end = head["position"].as_i64().unwrap();
    assert!(head["seal"].is_string() && head["time"].is_string(), "{head}");
    let mut after = 0;
    let mut seen = Vec::new();
    while after < end {
        let page = client.get(&format!("/api/v1/events?after={after}&limit=100")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(!items.is_empty() && items.len() <= 100);
        seen.extend(items.iter().map(|event| event["position"].as_i64().unwrap()));
        after = *seen.last().unwrap();
    }
    assert!(seen.iter().copied().eq(1..=after), "positions are contiguous");

    let id = ticket["id"].as_str().unwrap();
    let stream = client.get(&format!("/api/v1/events?stream_id={id}")).await.expect(200);
    let event = &stream["items"][0];
    assert_eq!((&event["type"], &event["version"]), (&json!("ticket.opened"), &json!(1)));
    let position = &event["position"];
    let one = client.get(&format!("/api/v1/events/{position}")).await.expect(200);
    assert_eq!(&one["position"], position);
    let typed = client.get("/api/v1/events?type=user.registered&limit=200").await.expect(200);
    let types = typed["items"].as_array().unwrap();
    assert!(
        !types.is_empty() && types.iter().all(|event: &Value| event["type"] == "user.registered")
    );
    client.get(&format!("/api/v1/events/{}", end + 1_000_000)).await.problem(404);
}

#[tokio::test]
async fn the_command_line_prints_the_log_opened_or_as_stored() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    open_ticket(&client, "Printed at a terminal").await;
    let print = async |arguments: &[&str]| {
        let mut command = desk.command();
        command.arg("events").args(arguments);
        finish(command).await
    };
    let opened = print(&["export"]).await;
    assert!(opened.contains("Printed at a terminal"), "{opened}");
    let raw = print(&["export", "--raw"]).await;
    assert!(!raw.contains("Printed at a terminal") && raw.contains("$sealed"), "{raw}");
    let parsed = |line: &str| serde_json::from_str::<Value>(line).expect("a line of JSON");
    let positions: Vec<_> =
        raw.lines().map(|line| parsed(line)["position"].as_i64().unwrap()).collect();
    assert!(positions.iter().copied().eq(1..=positions.len() as i64), "{positions:?}");
}

#[tokio::test]
async fn a_query_waits_for_news() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let end = admin.get("/api/v1/events/head").await.expect(200)["position"].clone();
    let path = format!("/api/v1/events?after={end}&wait=30&type=ticket.opened");
    let handler = desk.as_handler().await;
    let (news, ticket) = tokio::join!(admin.get(&path), open_ticket(&handler, "News"));
    assert_eq!(news.expect(200)["items"][0]["stream_id"], ticket["id"]);
}
