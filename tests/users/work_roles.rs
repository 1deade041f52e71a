//! Work roles: data that an admin makes, whatever the permission role.

use serde_json::{Value, json};

use crate::support::{shared_desk, unique};

#[tokio::test]
async fn a_work_role_is_made_held_renamed_and_removed() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let name = unique("Level");
    let role = admin.post("/api/v1/roles", json!({ "name": name })).await.expect(201);
    let id = role["id"].as_str().unwrap().to_owned();
    admin.post("/api/v1/roles", json!({ "name": name })).await.problem(409);

    let handler = &desk.people().await.handler.id;
    let path = format!("/api/v1/users/{handler}");
    let user = admin.patch(&path, json!({ "work_roles": [id] })).await.expect(200);
    assert!(user["work_roles"].to_string().contains(&id), "{user}");
    let holders =
        desk.as_viewer().await.get(&format!("/api/v1/roles/{id}/users")).await.expect(200);
    let ids: Vec<_> =
        holders["items"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, [json!(handler)]);

    let renamed = format!("{name} renamed");
    admin.patch(&format!("/api/v1/roles/{id}"), json!({ "name": renamed })).await.expect(200);
    let names = async || {
        let roles = admin.get("/api/v1/roles?limit=200").await.expect(200);
        let name = |role: &Value| role["name"].as_str().unwrap().to_owned();
        roles["items"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    let listed = names().await;
    for role in ["admin", "handler", "publisher", "viewer", renamed.as_str()] {
        assert!(listed.iter().any(|name| name == role), "{role} is not among {listed:?}");
    }
    admin.delete(&format!("/api/v1/roles/{id}")).await.expect(204);
    assert!(!names().await.contains(&renamed));
}
