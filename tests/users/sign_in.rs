//! Signing in.

use serde_json::{Value, json};

use super::{PASSWORD, sign_in, somebody};
use crate::support::shared_desk;

fn claims(token: &str) -> Value {
    use base64::Engine;
    let payload = token.split('.').nth(1).expect("a JWT");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn the_answer_has_both_tokens_and_the_user() {
    let desk = shared_desk().await;
    let (id, email) = somebody(&desk, "handler").await;
    for body in [
        json!({ "username": email, "password": PASSWORD }),
        json!({ "email": email.to_uppercase(), "password": PASSWORD }),
    ] {
        let pair = desk.anonymous().post("/api/v1/users/token", body).await.expect(200);
        assert!(pair["access"].is_string() && pair["refresh"].is_string());
        assert_eq!((&pair["user"]["id"], &pair["user"]["email"]), (&json!(id), &json!(email)));
        assert_eq!(pair["user"]["roles"], json!(["handler"]));
        let claims = claims(pair["access"].as_str().unwrap());
        assert_eq!(claims["user_id"], id.as_str());
        let seconds = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(seconds, 15 * 60);
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let refusal = async |username: &str, password: &str| {
        let body = json!({ "username": username, "password": password });
        let problem = desk.anonymous().post("/api/v1/users/token", body).await.problem(401);
        (problem["detail"].clone(), problem["type"].clone())
    };
    let wrong = refusal(&email, "not-the-password").await;
    assert_eq!(refusal("nobody-at-all@people.example", PASSWORD).await, wrong);
    assert_eq!(refusal(&email, "").await, wrong);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let desk = shared_desk().await;
    let answer = desk.anonymous().post("/api/v1/users/token", json!({})).await;
    let mut bad = answer.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.email", "body.password"]);
}

#[tokio::test]
async fn sign_ins_and_refusals_are_in_the_audit() {
    let desk = shared_desk().await;
    let (id, email) = somebody(&desk, "viewer").await;
    sign_in(&desk, &email).await;
    let wrong = json!({ "username": email, "password": "not-the-password" });
    desk.anonymous().post("/api/v1/users/token", wrong).await.problem(401);
    // A refusal answers nothing to wait for, so ask for the head of the log.
    let admin = desk.as_admin().await;
    let head = admin.get("/api/v1/events/head").await.expect(200)["position"].to_string();
    let call = admin.call(reqwest::Method::GET, &format!("/api/v1/audit?user_id={id}&limit=200"));
    let audit = call.header("docket-min-position", &head).send().await.expect(200);
    let actions: Vec<_> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["action"].as_str().unwrap().to_owned())
        .collect();
    for action in ["login_succeeded", "login_refused"] {
        assert!(actions.iter().any(|a| a.contains(action)), "{action} is not among {actions:?}");
    }
    let entry = &audit["items"][0];
    for field in ["position", "user_id", "action", "resource_type", "resource_id", "timestamp"] {
        assert!(entry.get(field).is_some(), "{field} is not in {entry}");
    }
}
