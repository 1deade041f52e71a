//! Reading one's own writes.

use reqwest::Method;
use serde_json::json;

use crate::support::{open_ticket, shared_desk, unique};

#[tokio::test]
async fn a_query_waits_for_the_position_it_names() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for _ in 0..20 {
        let word = unique("fresh");
        let opened = client.post("/api/v1/tickets", json!({ "subject": word })).await;
        let position = opened.position().expect("a command tells the position").to_string();
        let id = opened.expect(201)["id"].as_str().unwrap().to_owned();
        for path in [format!("/api/v1/tickets/{id}"), format!("/api/v1/tickets?search={word}")] {
            let call = client.call(Method::GET, &path).header("docket-min-position", &position);
            let found = call.send().await.expect(200);
            assert!(found.to_string().contains(&id), "{path}");
        }
    }
}

#[tokio::test]
async fn a_position_that_is_none_is_400() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    open_ticket(&client, "Something").await;
    for odd in ["-1", "soon", "9223372036854775807", "1.5"] {
        let call = client.call(Method::GET, "/api/v1/tickets").header("docket-min-position", odd);
        call.send().await.problem(400);
    }
}
