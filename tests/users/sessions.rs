//! Refreshing and signing out.

use serde_json::{Value, json};

use super::{sign_in, somebody};
use crate::support::{Answer, Desk, shared_desk};

async fn refresh(desk: &Desk, token: &Value) -> Answer {
    desk.anonymous().post("/api/v1/users/token/refresh", json!({ "refresh": token })).await
}

async fn works(desk: &Desk, access: &Value) -> bool {
    let client = desk.anonymous().bearer(access.as_str().unwrap());
    client.get("/api/v1/users/profile").await.status == 200
}

#[tokio::test]
async fn an_old_refresh_token_works_until_its_successor_is_used() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let first = sign_in(&desk, &email).await["refresh"].clone();
    let lost = refresh(&desk, &first).await.expect(200);
    let second = refresh(&desk, &first).await.expect(200);
    assert_ne!(lost["refresh"], second["refresh"], "the first answer got lost on the way");
    assert!(works(&desk, &second["access"]).await);
    let third = refresh(&desk, &second["refresh"]).await.expect(200);
    assert!(works(&desk, &third["access"]).await);
}

#[tokio::test]
async fn the_use_of_a_spent_token_revokes_the_whole_family() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let elsewhere = sign_in(&desk, &email).await;
    let first = sign_in(&desk, &email).await["refresh"].clone();
    let second = refresh(&desk, &first).await.expect(200);
    let third = refresh(&desk, &second["refresh"]).await.expect(200);
    refresh(&desk, &first).await.problem(401);
    refresh(&desk, &third["refresh"]).await.problem(401);
    refresh(&desk, &second["refresh"]).await.problem(401);
    refresh(&desk, &elsewhere["refresh"]).await.expect(200);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_no_other() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let (here, there) = (sign_in(&desk, &email).await, sign_in(&desk, &email).await);
    let out =
        desk.anonymous().post("/api/v1/users/logout", json!({ "refresh": here["refresh"] })).await;
    assert_eq!(out.status, 204, "{}", out.text());
    refresh(&desk, &here["refresh"]).await.problem(401);
    refresh(&desk, &there["refresh"]).await.expect(200);
    let again =
        desk.anonymous().post("/api/v1/users/logout", json!({ "refresh": here["refresh"] })).await;
    assert!(again.status < 500 && again.status != 403, "{}", again.text());
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let pair = sign_in(&desk, &email).await;
    for token in [json!("nonsense"), json!(""), pair["access"].clone(), json!("x".repeat(10_000))] {
        let answer = refresh(&desk, &token).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
    assert_eq!(refresh(&desk, &json!(1)).await.bad_fields(), ["body.refresh"]);
    let bearer = desk.anonymous().bearer(pair["refresh"].as_str().unwrap());
    bearer.get("/api/v1/users/profile").await.problem(401);
}
