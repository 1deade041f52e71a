//! Forged access tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::{sign_in, somebody};
use crate::support::shared_desk;

fn encode(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

#[tokio::test]
async fn a_token_that_we_did_not_sign_is_401() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let token = sign_in(&desk, &email).await["access"].as_str().unwrap().to_owned();
    let parts: Vec<&str> = token.split('.').collect();
    let decode =
        |part: &str| -> Value { serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap() };
    let (header, claims) = (decode(parts[0]), decode(parts[1]));

    let mut unsigned = header.clone();
    unsigned["alg"] = json!("none");
    let mut other_key = header.clone();
    other_key["kid"] = json!("../../etc/passwd");
    let mut admin = claims.clone();
    admin["user_id"] = json!(desk.people().await.admin.id);
    admin["sub"] = admin["user_id"].clone();
    let mut eternal = claims.clone();
    eternal["exp"] = json!(99_999_999_999_i64);
    for forged in [
        format!("{}.{}.", encode(&unsigned), parts[1]),
        format!("{}.{}", encode(&unsigned), parts[1]),
        format!("{}.{}.{}", encode(&other_key), parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], encode(&admin), parts[2]),
        format!("{}.{}.{}", parts[0], encode(&eternal), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], BASE64.encode([0_u8; 32])),
        format!("{}.{}.", parts[0], parts[1]),
        token[..token.len() - 2].to_owned(),
    ] {
        let client = desk.anonymous().bearer(&forged);
        client.get("/api/v1/users/profile").await.problem(401);
    }
    desk.anonymous().bearer(&token).get("/api/v1/users/profile").await.expect(200);
}

#[tokio::test]
async fn a_token_of_another_desk_is_401() {
    let ours = shared_desk().await;
    let (_, email) = somebody(&ours, "admin").await;
    let access = sign_in(&ours, &email).await["access"].as_str().unwrap().to_owned();
    let key = "b6".repeat(32);
    let setup = crate::support::Setup::default().variable("DOCKET_MASTER_KEY", &key);
    let other = crate::support::Desk::start(setup).await;
    other.anonymous().bearer(&access).get("/api/v1/tickets").await.problem(401);
}
