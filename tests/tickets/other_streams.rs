//! An id that is something else's is no ticket's.

use serde_json::json;

use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn what_is_no_ticket_is_404_even_if_there_is_something_of_that_id() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let path = format!("/api/v1/tickets/{}", desk.people().await.viewer.id);
    for answer in [
        admin.get(&path).await,
        admin.patch(&path, json!({ "subject": "x" })).await,
        admin.delete(&path).await,
        admin.post(&format!("{path}/comments"), json!({ "text": "x" })).await,
        admin.post(&format!("{path}/status"), json!({ "status": "closed" })).await,
        admin.get(&format!("{path}/history")).await,
    ] {
        answer.problem(404);
    }
    let ticket = open_ticket(&admin, "No user, no role").await;
    let id = ticket["id"].as_str().unwrap();
    admin.get(&format!("/api/v1/users/{id}")).await.problem(404);
    admin.patch(&format!("/api/v1/users/{id}"), json!({ "full_name": "x" })).await.problem(404);
    admin.patch(&format!("/api/v1/roles/{id}"), json!({ "name": "x" })).await.problem(404);
    admin.delete(&format!("/api/v1/roles/{id}")).await.problem(404);
    let assign = json!({ "assigned_to": id });
    let answer = admin.post(&format!("/api/v1/tickets/{id}/assign"), assign).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    let link = json!({ "kind": "related", "ticket": desk.people().await.viewer.id });
    let answer = admin.post(&format!("/api/v1/tickets/{id}/links"), link).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
}
