//! Accounts, as an admin keeps them.

use reqwest::Method;
use serde_json::json;

use super::{sign_in, somebody};
use crate::support::{Desk, Setup, shared_desk, unique};

#[tokio::test]
async fn an_account_is_made_read_and_changed() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let email = format!("{}@people.example", unique("made"));
    let body = json!({
        "email": email, "full_name": "王伟", "role": "handler", "departments": ["radio"],
        "password": "quiet-rain-at-noon",
    });
    let made = admin.post("/api/v1/users", body.clone()).await;
    let user = made.expect(201);
    assert_eq!((&user["full_name"], &user["roles"]), (&json!("王伟"), &json!(["handler"])));
    assert_eq!(user["departments"], json!(["radio"]));
    assert!(!made.text().contains("quiet-rain"), "a password is never shown");
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let read = admin.get(&path).await;
    assert_eq!(read.expect(200)["email"], email.as_str());
    let tag = read.header("etag").expect("an account has a version").to_owned();

    let patch = json!({ "full_name": "Wang Wei", "departments": [] });
    let call = admin.call(Method::PATCH, &path).header("if-match", &tag);
    let changed = call.json(&patch).send().await.expect(200);
    assert_eq!((&changed["full_name"], &changed["departments"]), (&json!("Wang Wei"), &json!([])));
    let call = admin.call(Method::PATCH, &path).header("if-match", &tag);
    call.json(&json!({ "full_name": "Nobody" })).send().await.problem(412);

    admin.post("/api/v1/users", body).await.problem(409);
    let list = admin.get("/api/v1/users?limit=200").await.expect(200);
    assert!(list["items"].as_array().unwrap().iter().any(|item| item["email"] == email.as_str()));
    admin.get("/api/v1/users/00000000-0000-7000-8000-000000000000").await.problem(404);
}

#[tokio::test]
async fn bad_fields_of_an_account_are_all_named() {
    let desk = shared_desk().await;
    let body = json!({ "email": "no", "role": "king", "password": "short" });
    let mut bad = desk.as_admin().await.post("/api/v1/users", body).await.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.email", "body.password", "body.role"]);
}

#[tokio::test]
async fn a_deactivated_account_is_out_at_once() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let (id, email) = somebody(&desk, "handler").await;
    let pair = sign_in(&desk, &email).await;
    let client = desk.anonymous().bearer(pair["access"].as_str().unwrap());
    let token = json!({ "name": "t", "scopes": ["read"] });
    let token = client.post("/api/v1/users/api-tokens", token).await.expect(201);
    let robot = desk.anonymous().api_key(token["token"].as_str().unwrap());
    client.get("/api/v1/tickets").await.expect(200);
    robot.get("/api/v1/tickets").await.expect(200);

    let path = format!("/api/v1/users/{id}");
    admin.patch(&path, json!({ "status": "deactivated" })).await.expect(200);
    client.get("/api/v1/tickets").await.problem(401);
    robot.get("/api/v1/tickets").await.problem(401);
    let refresh = json!({ "refresh": pair["refresh"] });
    desk.anonymous().post("/api/v1/users/token/refresh", refresh).await.problem(401);
    let body = json!({ "username": email, "password": super::PASSWORD });
    desk.anonymous().post("/api/v1/users/token", body).await.problem(401);

    admin.patch(&path, json!({ "status": "active" })).await.expect(200);
    sign_in(&desk, &email).await;
}

#[tokio::test]
async fn another_role_counts_at_once() {
    let desk = shared_desk().await;
    let (id, email) = somebody(&desk, "viewer").await;
    let open = async || {
        let pair = sign_in(&desk, &email).await;
        let client = desk.anonymous().bearer(pair["access"].as_str().unwrap());
        client.post("/api/v1/tickets", json!({ "subject": "May I?" })).await.status
    };
    assert_eq!(open().await, 403);
    let path = format!("/api/v1/users/{id}");
    desk.as_admin().await.patch(&path, json!({ "role": "publisher" })).await.expect(200);
    assert_eq!(open().await, 201);
    let old = sign_in(&desk, &email).await;
    desk.as_admin().await.patch(&path, json!({ "role": "viewer" })).await.expect(200);
    let client = desk.anonymous().bearer(old["access"].as_str().unwrap());
    let status = client.post("/api/v1/tickets", json!({ "subject": "Still?" })).await.status;
    assert_eq!(status, 401, "a token of the time before: {status}");
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let path = format!("/api/v1/users/{}", desk.people().await.admin.id);
    admin.patch(&path, json!({ "role": "viewer" })).await.problem(409);
    admin.patch(&path, json!({ "status": "deactivated" })).await.problem(409);
    let second = format!("/api/v1/users/{}", desk.people().await.handler.id);
    admin.patch(&second, json!({ "role": "admin" })).await.expect(200);
    admin.patch(&path, json!({ "role": "viewer" })).await.expect(200);
}

#[tokio::test]
async fn an_admin_sets_a_password_and_ends_the_sessions() {
    let desk = shared_desk().await;
    let (id, email) = somebody(&desk, "viewer").await;
    let pair = sign_in(&desk, &email).await;
    let path = format!("/api/v1/users/{id}/password");
    let body = json!({ "password": "a-new-one-from-above" });
    let set = desk.as_admin().await.post(&path, body).await;
    assert_eq!(set.status, 204, "{}", set.text());
    let old = json!({ "username": email, "password": super::PASSWORD });
    desk.anonymous().post("/api/v1/users/token", old).await.problem(401);
    let new = json!({ "username": email, "password": "a-new-one-from-above" });
    desk.anonymous().post("/api/v1/users/token", new).await.expect(200);
    let refresh = json!({ "refresh": pair["refresh"] });
    desk.anonymous().post("/api/v1/users/token/refresh", refresh).await.problem(401);
}
