//! Accounts, sign-in, tokens, roles.

mod accounts;
mod api_tokens;
mod forged;
mod open_mode;
mod profile;
mod sessions;
mod sign_in;
mod work_roles;

use serde_json::json;

use crate::support::{Desk, unique};

pub const PASSWORD: &str = "a-lantern-on-the-quay";

/// A new user: id and address.
pub async fn somebody(desk: &Desk, role: &str) -> (String, String) {
    let email = format!("{}@people.example", unique("somebody"));
    let body =
        json!({ "email": email, "full_name": "Some Body", "role": role, "password": PASSWORD });
    let user = desk.as_admin().await.post("/api/v1/users", body).await.expect(201);
    (user["id"].as_str().unwrap().to_owned(), email)
}

/// Signs in, and answers the whole pair of tokens.
pub async fn sign_in(desk: &Desk, email: &str) -> serde_json::Value {
    let body = json!({ "username": email, "password": PASSWORD });
    desk.anonymous().post("/api/v1/users/token", body).await.expect(200)
}
