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

#[tokio::test]
async fn one_says_when_one_is_away_and_those_who_look_for_somebody_see_it() {
    let desk = shared_desk().await;
    let (id, email) = somebody(&desk, "handler").await;
    let client = desk.anonymous().bearer(sign_in(&desk, &email).await["access"].as_str().unwrap());
    let away = json!({ "from": "2099-07-01T00:00:00Z", "until": "2099-07-15T00:00:00Z" });
    let said = client.patch("/api/v1/users/profile", json!({ "away": away })).await.expect(200);
    let planned = json!({
        "from": "2099-07-01T00:00:00Z", "until": "2099-07-15T00:00:00Z", "hand_over": false,
    });
    assert_eq!(said["away"], planned);
    let holders = client.get("/api/v1/roles/handler/users?limit=200").await.expect(200);
    let holders = holders["items"].as_array().unwrap();
    assert_eq!(holders.iter().find(|user| user["id"] == id).unwrap()["away"], planned);

    let backwards = json!({ "from": "2099-07-15", "until": "2099-07-01" });
    let refused = client.patch("/api/v1/users/profile", json!({ "away": backwards })).await;
    assert_eq!(refused.bad_fields(), ["body.away.until"]);
    // An admin may say so as well, and take it back.
    let path = format!("/api/v1/users/{id}");
    let back = desk.as_admin().await.patch(&path, json!({ "away": null })).await.expect(200);
    assert_eq!(back["away"], serde_json::Value::Null);
}
