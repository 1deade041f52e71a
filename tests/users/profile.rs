//! One's own account.

use serde_json::json;

use super::{PASSWORD, sign_in, somebody};
use crate::support::shared_desk;

#[tokio::test]
async fn one_reads_and_renames_oneself_but_takes_no_role() {
    let desk = shared_desk().await;
    let (id, email) = somebody(&desk, "viewer").await;
    let client = desk.anonymous().bearer(sign_in(&desk, &email).await["access"].as_str().unwrap());
    let profile = client.get("/api/v1/users/profile").await.expect(200);
    assert_eq!((&profile["id"], &profile["email"]), (&json!(id), &json!(email)));
    let patch = json!({ "full_name": "Another Name" });
    let renamed = client.patch("/api/v1/users/profile", patch).await.expect(200);
    assert_eq!(renamed["full_name"], "Another Name");
    client.patch("/v1/users/profile", json!({ "role": "admin" })).await.bad_fields();
    let still = client.get("/api/v1/users/profile").await.expect(200);
    assert_eq!(still["roles"], json!(["viewer"]));
}

#[tokio::test]
async fn one_changes_the_own_password_by_knowing_the_old_one() {
    let desk = shared_desk().await;
    let (_, email) = somebody(&desk, "viewer").await;
    let client = desk.anonymous().bearer(sign_in(&desk, &email).await["access"].as_str().unwrap());
    let change = async |old: &str, new: &str| {
        let body = json!({ "current_password": old, "new_password": new });
        client.post("/api/v1/users/profile/password", body).await
    };
    let wrong = change("not-the-password", "three-boats-at-dawn").await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    change(PASSWORD, "short").await.bad_fields();
    let changed = change(PASSWORD, "three-boats-at-dawn").await;
    assert_eq!(changed.status, 204, "{}", changed.text());
    let old = json!({ "username": email, "password": PASSWORD });
    desk.anonymous().post("/api/v1/users/token", old).await.problem(401);
    let new = json!({ "username": email, "password": "three-boats-at-dawn" });
    desk.anonymous().post("/api/v1/users/token", new).await.expect(200);
}
