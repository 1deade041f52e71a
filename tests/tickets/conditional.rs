//! Changes on the condition that nothing changed meanwhile.

use reqwest::Method;
use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn a_stale_version_is_refused_with_the_current_one() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Watched by two").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let read = client.get(&path).await;
    let tag = read.header("etag").unwrap().to_owned();
    assert_eq!(tag, "\"1\"");
    client.patch(&path, json!({ "priority": "low" })).await.expect(200);

    let patch = json!({ "priority": "urgent" });
    let stale =
        client.call(Method::PATCH, &path).header("if-match", &tag).json(&patch).send().await;
    assert_eq!(stale.problem(412)["version"], 2);
    assert_eq!(stale.header("etag"), Some("\"2\""));
    assert_eq!(client.get(&path).await.expect(200)["priority"], "low", "nothing was changed");

    let fresh =
        client.call(Method::PATCH, &path).header("if-match", "\"2\"").json(&patch).send().await;
    assert_eq!(fresh.expect(200)["priority"], "urgent");
    assert_eq!(fresh.header("etag"), Some("\"3\""));
    let any = client.call(Method::DELETE, &path).header("if-match", "*").send().await;
    any.expect(204);
}

#[tokio::test]
async fn every_change_takes_the_condition() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Conditions everywhere").await;
    let other = open_ticket(&client, "The other one").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    for (method, rest, body) in [
        (Method::POST, "/status", json!({ "status": "closed" })),
        (Method::POST, "/assign", json!({ "assigned_to": desk.people().await.handler.email })),
        (Method::POST, "/tags", json!({ "tags": ["x"] })),
        (Method::POST, "/watch", json!({})),
        (Method::POST, "/links", json!({ "kind": "related", "ticket": other["id"] })),
        (Method::POST, "/merge", json!({ "into": other["id"] })),
        (Method::POST, "/comments", json!({ "text": "Hello" })),
        (Method::PUT, "", json!({ "subject": "y" })),
        (Method::DELETE, "", json!({})),
    ] {
        let call =
            client.call(method.clone(), &format!("{path}{rest}")).header("if-match", "\"7\"");
        let answer = call.json(&body).send().await;
        assert_eq!(answer.status, 412, "{method} {rest}: {}", answer.text());
    }
    assert_eq!(client.get(&path).await.expect(200)["version"], 1);
}

#[tokio::test]
async fn a_condition_that_is_none_is_400() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Odd conditions").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    for odd in ["1", "\"one\"", "\"1\", \"2\""] {
        let call = client.call(Method::PATCH, &path).header("if-match", odd);
        call.json(&json!({ "priority": "low" })).send().await.problem(400);
    }
}

#[tokio::test]
async fn without_a_condition_changes_of_many_all_go_through() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Popular").await;
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let changes = (0..20).map(|n| {
        let (client, path) = (client.clone(), format!("{path}/tags"));
        async move { client.post(&path, json!({ "add": [format!("tag{n}")] })).await.expect(200) }
    });
    futures_util::future::join_all(changes).await;
    let after = client.get(&path).await.expect(200);
    assert_eq!(after["tags"].as_array().unwrap().len(), 20);
    assert_eq!(after["version"], 21);
}
