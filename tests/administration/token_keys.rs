//! The keys that sign access tokens, and their rotation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::Value;

use crate::support::{Desk, Setup};
use crate::users::{sign_in, somebody};

/// The example pair of RFC 8410.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
    -----END PUBLIC KEY-----\n";
const PAIR: &str =
    "[[jwt.keys]]\nid = 'new'\nprivate_key_file = 'new.pem'\npublic_key_file = 'new.pub'\n";

fn header(token: &str) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_key_is_rotated_without_signing_anybody_out() {
    let desk = Desk::start(Setup::default()).await;
    let (_, email) = somebody(&desk, "viewer").await;
    let old_key = format!("[[jwt.keys]]\nid = 'old'\nsecret = '{}'\n", "s".repeat(32));
    std::fs::write(desk.folder.join("new.pem"), PRIVATE).unwrap();
    std::fs::write(desk.folder.join("new.pub"), PUBLIC).unwrap();
    let restart_with = async |toml: &str| {
        desk.stop();
        desk.configure(toml);
        desk.start_again().await;
    };
    let access = async || sign_in(&desk, &email).await["access"].as_str().unwrap().to_owned();
    let status = async |token: &str| {
        let client = desk.anonymous().bearer(token);
        client.get("/api/v1/users/profile").await.status
    };

    restart_with(&format!("[jwt]\nalgorithm = 'HS256'\n{old_key}")).await;
    let old = access().await;
    assert_eq!((&header(&old)["alg"], &header(&old)["kid"]), (&"HS256".into(), &"old".into()));
    restart_with(&format!("[jwt]\nalgorithm = 'EdDSA'\n{PAIR}{old_key}")).await;
    let new = access().await;
    assert_eq!((&header(&new)["alg"], &header(&new)["kid"]), (&"EdDSA".into(), &"new".into()));
    assert_eq!((status(&old).await, status(&new).await), (200, 200));
    restart_with(&format!("[jwt]\nalgorithm = 'EdDSA'\n{PAIR}")).await;
    assert_eq!((status(&old).await, status(&new).await), (401, 200));
}
