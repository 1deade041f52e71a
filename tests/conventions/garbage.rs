//! Bad input of any kind gets a 4xx that says what and where, and writes nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Desk, Setup, open_ticket};

const JSON: &str = "application/json";

async fn head(desk: &Desk) -> Value {
    desk.as_admin().await.get("/api/v1/events/head").await.expect(200)["position"].clone()
}

async fn send(client: &Client<'_>, method: Method, path: &str, kind: &str, body: &[u8]) -> Answer {
    client.call(method, path).body(kind, body.to_vec()).send().await
}

#[tokio::test]
async fn nothing_is_written_whatever_comes_in() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "In the midst of it").await;
    let one = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let before = head(&desk).await;

    let large = format!("{{\"subject\": \"{}\"}}", "x".repeat(2 << 20));
    let deep = format!(
        "{{\"subject\": \"x\", \"data\": {}1{}}}",
        "{\"a\":".repeat(5000),
        "}".repeat(5000)
    );
    let lists = "[".repeat(100_000);
    let wide = json!({ "subject": "x", "data": { "a": "x".repeat(70_000) } }).to_string();
    let bodies: [(u16, &str, &[u8]); 24] = [
        (413, JSON, large.as_bytes()),
        (415, "text/plain", b"{\"subject\": \"x\"}"),
        (415, "application/xml", b"<ticket/>"),
        (415, "application/x-www-form-urlencoded", b"subject=x"),
        (415, "", b"{\"subject\": \"x\"}"),
        (400, JSON, b"{"),
        (400, JSON, b"{\"subject\": \"x\",}"),
        (400, JSON, b"[]"),
        (400, JSON, b"null"),
        (400, JSON, b"\"subject\""),
        (400, JSON, b"{\"subject\": \"\xff\xfe\"}"),
        (400, JSON, b"{\"subject\": \"\\ud800\"}"),
        (400, JSON, b"{\"subject\": NaN}"),
        (400, JSON, b"{\"subject\": \"x\"} {\"subject\": \"y\"}"),
        (400, JSON, b"\x00\x01\x02\x03"),
        (400, JSON, deep.as_bytes()),
        (400, JSON, lists.as_bytes()),
        (422, JSON, b"{\"subject\": \"a\\u0000b\"}"),
        (422, JSON, b"{\"subject\": \"x\", \"description\": \"a\\u0000b\"}"),
        (422, JSON, b"{\"subject\": \"x\", \"data\": {\"a\": \"\\u0000\"}}"),
        (422, JSON, b"{\"subject\": [\"x\"]}"),
        (422, JSON, b"{\"subject\": 1e999}"),
        (422, JSON, b"{\"subject\": \"x\", \"$personal\": \"x\"}"),
        (422, JSON, wide.as_bytes()),
    ];
    for (status, kind, body) in bodies {
        for (method, path) in [(Method::POST, "/api/v1/tickets"), (Method::PATCH, one.as_str())] {
            let answer = send(&client, method.clone(), path, kind, body).await;
            let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            // How far a parser gets before it gives up is its own affair.
            let fits =
                answer.status == status || (status != 413 && matches!(answer.status, 400 | 422));
            assert!(fits || status == 415, "{method} {start}: {} {}", answer.status, answer.text());
            assert!((400..500).contains(&answer.status), "{method} {start}: {}", answer.status);
            answer.problem(answer.status);
        }
    }
    assert_eq!(head(&desk).await, before, "nothing was written");
}

#[tokio::test]
async fn data_may_look_like_our_own_markers() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    for data in [
        json!({ "$personal": "mine" }),
        json!({ "$sealed": { "key": "00000000-0000-0000-0000-000000000000", "box": "AAAA" } }),
        json!({ "a": { "$personal": null } }),
        json!({ "": "", "a.b": [1, null, true, { "c": "故障" }] }),
    ] {
        let answer =
            client.post("/api/v1/tickets", json!({ "subject": "Odd", "data": data })).await;
        match answer.status {
            201 => {
                let path = format!("/api/v1/tickets/{}", answer.json()["id"].as_str().unwrap());
                assert_eq!(client.get(&path).await.expect(200)["data"], data);
                client.get(&format!("{path}/history")).await.expect(200);
            }
            status => drop(answer.problem(if status == 422 { 422 } else { 201 })),
        }
    }
}

#[tokio::test]
async fn odd_addresses_are_404_or_a_word_why_not() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_admin().await;
    let long = format!("/api/v1/tickets/{}", "x".repeat(8000));
    let query = format!("/api/v1/tickets?search={}", "x".repeat(30_000));
    for path in [
        "/api/v1/tickets/%00",
        "/api/v1/tickets/%ff%fe",
        "/api/v1/tickets/..%2f..%2fetc",
        "/api/v1/tickets?search=%ff",
        "/api/v1/tickets?search=%00",
        "/api/v1/tickets?%",
        "/api/v1/tickets?limit=%F0%9F%98%80",
        "/api/v1/tickets/00000000-0000-0000-0000-00000000000g",
        "/api/v1/users/none",
        "/api/v1/events/-1",
        "/api/v1/events/99999999999999999999",
        "/api/v1/events/x",
        "/api/v1/roles/x/users",
        "/api/v2/tickets",
        "/api/v1/",
        "/api/v1/nothing",
        &long,
    ] {
        let answer = client.call(Method::GET, path).stale().send().await;
        assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
        answer.problem(answer.status);
    }
    let answer = client.call(Method::GET, &query).stale().send().await;
    assert!(answer.status < 500, "{}", answer.text());
    let tree = client.call(Method::TRACE, "/api/v1/tickets").send().await;
    tree.problem(405);
    client.call(Method::DELETE, "/api/v1/tickets").send().await.problem(405);
}

#[tokio::test]
async fn odd_credentials_are_401() {
    let desk = Desk::start(Setup::default()).await;
    for value in
        ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b c", "Bearer \u{e4}", "bearer x.y.z"]
    {
        let call =
            desk.anonymous().call(Method::GET, "/api/v1/tickets").header("authorization", value);
        call.send().await.problem(401);
    }
    let call =
        desk.anonymous().call(Method::GET, "/api/v1/tickets").header("x-api-key", "nonsense");
    call.send().await.problem(401);
}
