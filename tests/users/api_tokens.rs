//! API tokens.

use serde_json::json;

use crate::support::{Client, Desk, open_ticket, shared_desk};

const PATH: &str = "/api/v1/users/api-tokens";

#[tokio::test]
async fn a_token_is_shown_once_works_in_both_headers_and_is_revoked() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let made = client.post(PATH, json!({ "name": "robot", "scopes": ["read"] })).await.expect(201);
    let token = made["token"].as_str().unwrap().to_owned();
    let id = made["id"].as_str().unwrap().to_owned();
    let listed = client.get(PATH).await;
    let list = listed.expect(200);
    let entry = list["items"].as_array().unwrap().iter().find(|item| item["id"] == made["id"]);
    assert_eq!(entry.expect("the token is listed")["name"], "robot");
    assert!(!listed.text().contains(&token), "a token is shown once");

    let by_key = desk.anonymous().api_key(&token);
    let by_bearer = desk.anonymous().bearer(&token);
    by_key.get("/api/v1/tickets").await.expect(200);
    by_bearer.get("/api/v1/tickets").await.expect(200);
    by_key.post("/api/v1/tickets", json!({ "subject": "x" })).await.problem(403);

    let revoked = client.delete(&format!("{PATH}/{id}")).await;
    assert_eq!(revoked.status, 204, "{}", revoked.text());
    by_key.get("/api/v1/tickets").await.problem(401);
    by_bearer.get("/api/v1/tickets").await.problem(401);
}

#[tokio::test]
async fn what_a_token_did_is_told_as_its_own() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let made = client
        .post(PATH, json!({ "name": "opener", "scopes": ["write", "read"] }))
        .await
        .expect(201);
    let robot = desk.anonymous().api_key(made["token"].as_str().unwrap());
    let ticket = open_ticket(&robot, "By a robot").await;
    assert_eq!(ticket["opened_by"], desk.people().await.handler.id.as_str());
    let path = format!("/api/v1/tickets/{}/history", ticket["id"].as_str().unwrap());
    assert_eq!(robot.get(&path).await.expect(200)["items"][0]["actor"], "token");
}

#[tokio::test]
async fn an_expired_token_is_refused_when_made_and_later() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let past = json!({ "name": "old", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z" });
    let answer = client.post(PATH, past).await;
    assert_eq!(answer.status, 409, "{}", answer.text());

    let robot = good_for_a_moment(&desk, &client).await;
    let begun = std::time::Instant::now();
    // The passing of time is what this is about; there is no position to wait for.
    while robot.get("/api/v1/tickets").await.status != 401 {
        assert!(begun.elapsed().as_secs() < 120, "the token does not expire");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// A client with a token that is good and soon will not be: as soon as the machine is fast enough to see it good.
async fn good_for_a_moment<'a>(desk: &'a Desk, client: &Client<'_>) -> Client<'a> {
    for seconds in [3, 10, 60] {
        let head = client.get(PATH).await;
        let now = head.header("date").expect("an answer tells the time");
        let now = chrono::DateTime::parse_from_rfc2822(now).unwrap();
        let soon = (now + chrono::TimeDelta::seconds(seconds)).to_rfc3339();
        let body = json!({ "name": "soon", "scopes": ["read"], "expires_at": soon });
        let made = client.post(PATH, body).await;
        if made.status == 409 {
            continue;
        }
        let robot = desk.anonymous().api_key(made.expect(201)["token"].as_str().unwrap());
        if robot.get("/api/v1/tickets").await.status == 200 {
            return robot;
        }
    }
    panic!("no token is good for a moment");
}

#[tokio::test]
async fn bad_tokens_are_not_made_and_foreign_ones_not_revoked() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let mut bad = client.post(PATH, json!({ "name": "", "scopes": ["root"] })).await.bad_fields();
    bad.sort();
    assert_eq!(bad.len(), 2, "{bad:?}");
    client.post(PATH, json!({ "name": "none", "scopes": [] })).await.problem(422);
    let made = client.post(PATH, json!({ "name": "mine", "scopes": ["read"] })).await.expect(201);
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let foreign = desk.as_viewer().await.delete(&path).await;
    assert_eq!(foreign.status, 404, "{}", foreign.text());
    let robot = desk.anonymous().api_key(made["token"].as_str().unwrap());
    robot.get("/api/v1/tickets").await.expect(200);
}
