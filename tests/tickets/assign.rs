//! Giving tickets to people.

use serde_json::{Value, json};

use crate::support::{open_ticket, shared_desk, unique};

#[tokio::test]
async fn a_ticket_is_given_by_address_by_id_and_to_nobody() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let people = desk.people().await;
    let ticket = open_ticket(&client, "Whose?").await;
    let path = format!("/api/v1/tickets/{}/assign", ticket["id"].as_str().unwrap());
    let assigned =
        client.post(&path, json!({ "assigned_to": people.handler.email })).await.expect(200);
    assert_eq!(assigned["assigned_to"], people.handler.email.as_str());
    assert_eq!(assigned["assignee"]["full_name"], "The handler");
    let assigned = client.post(&path, json!({ "assigned_to": people.admin.id })).await.expect(200);
    assert_eq!(assigned["assigned_to"], people.admin.email.as_str());
    let nobody = client.post(&path, json!({ "assigned_to": null })).await.expect(200);
    assert_eq!((&nobody["assigned_to"], &nobody["assignee"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn nobody_gets_a_ticket_who_could_not_work_on_it() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let ticket = open_ticket(&client, "Not for you").await;
    let path = format!("/api/v1/tickets/{}/assign", ticket["id"].as_str().unwrap());
    let email = format!("{}@desk.example", unique("gone"));
    let user = json!({ "email": email, "full_name": "Gone", "role": "handler", "password": "left-the-company" });
    let user = client.post("/api/v1/users", user).await.expect(201);
    let id = user["id"].as_str().unwrap();
    client
        .patch(&format!("/api/v1/users/{id}"), json!({ "status": "deactivated" }))
        .await
        .expect(200);
    let viewer = &desk.people().await.viewer.email;
    for who in
        [email.as_str(), viewer, "nobody@example.com", "00000000-0000-7000-8000-000000000000", ""]
    {
        let answer = client.post(&path, json!({ "assigned_to": who })).await;
        assert_eq!(answer.status, 422, "{who}: {} {}", answer.status, answer.text());
        answer.problem(answer.status);
    }
    assert_eq!(client.post(&path, json!({})).await.bad_fields(), ["body.assigned_to"]);
}

#[tokio::test]
async fn lists_are_filtered_by_assignee() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("assignee");
    let email = &desk.people().await.handler.email;
    let mine = json!({ "subject": "Mine", "tags": [tag], "assigned_to": email });
    let mine = client.post("/api/v1/tickets", mine).await.expect(201);
    let free = client
        .post("/api/v1/tickets", json!({ "subject": "Free", "tags": [tag] }))
        .await
        .expect(201);
    let ids = async |filter: &str| {
        let list = client.get(&format!("/api/v1/tickets?tag={tag}&{filter}")).await.expect(200);
        list["items"].as_array().unwrap().iter().map(|t| t["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("assigned_to=me").await, [mine["id"].clone()]);
    assert_eq!(ids(&format!("assigned_to={email}")).await, [mine["id"].clone()]);
    assert_eq!(ids("assigned_to=none").await, [free["id"].clone()]);
    assert_eq!(ids("assigned_to=none&assigned_to=me").await.len(), 2);
    assert!(ids("assigned_to=nobody@example.com").await.is_empty());
}
