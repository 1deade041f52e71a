//! The AsyncAPI document and the schemas of the events.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    Client, Desk, Setup, Tool, docket, environment, finish, open_ticket, repo, shared_desk,
};

#[tokio::test]
async fn the_document_is_asyncapi_3_and_the_program_prints_the_same() {
    let desk = shared_desk().await;
    let served = desk.anonymous().get("/api/asyncapi.json").await.expect(200);
    assert_eq!(served["asyncapi"], "3.0.0");
    assert_eq!(served["channels"]["ticket"]["address"], "docket.ticket");
    let mut command = docket();
    command.arg("asyncapi");
    let printed: Value = serde_json::from_str(&finish(command).await).unwrap();
    assert_eq!(printed, served);
}

#[tokio::test]
async fn a_schema_is_served_under_its_name_to_anyone_and_may_be_kept() {
    let desk = shared_desk().await;
    let answer = desk.anonymous().get("/api/schemas/ticket.opened.v2.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/schema+json"));
    assert!(answer.header("cache-control").unwrap().starts_with("public, max-age="));
    let schema = answer.json();
    let checked_in = fs::read(repo().join("docs/schemas/ticket.opened.v2.json")).unwrap();
    assert_eq!(schema, serde_json::from_slice::<Value>(&checked_in).unwrap());
    for missing in ["ticket.opened.v3.json", "ticket.opened", "..%2Fopenapi.json"] {
        desk.anonymous().get(&format!("/api/schemas/{missing}")).await.problem(404);
    }
}

/// Everything in the log, sealed as stored.
async fn log(client: &Client<'_>) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event["position"].as_i64().unwrap());
        let page = client.get(&format!("/api/v1/events?after={after}&limit=200")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        if items.is_empty() {
            return events;
        }
        events.extend(items.iter().cloned());
    }
}

/// Tickets with all that can be said about them, and two customers who turn out to be one.
async fn live_a_little(desk: &Desk) {
    let client = desk.as_handler().await;
    let full = json!({
        "subject": "Everything", "description": "As much as there is.", "priority": "low",
        "category": "technical_issue", "customer_email": "ann@example.org", "tags": ["vip"],
        "external_id": "CRM-1",
    });
    let ticket = client.post("/api/v1/tickets", full).await.expect(201);
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let comment = json!({ "text": "A secret", "visibility": "internal" });
    client.post(&format!("{path}/comments"), comment).await.expect(201);
    let changes = json!({ "subject": "Another", "category": null, "customer_name": "Ann" });
    client.patch(&path, changes).await.expect(200);
    let status = json!({ "status": "resolved", "reason": "Solved" });
    client.post(&format!("{path}/status"), status).await.expect(200);
    let deleted = client.delete(&path).await;
    assert_eq!(deleted.status / 100, 2, "{}", deleted.text());
    for customer in [
        json!({ "customer_id": "C-7" }),
        json!({ "customer_id": "C-7", "customer_email": "ann@example.org" }),
    ] {
        let mut body = crate::support::ticket("Whose?");
        body.as_object_mut().unwrap().extend(customer.as_object().unwrap().clone());
        client.post("/api/v1/tickets", body).await.expect(201);
    }
}

/// Holds the desk's document against its standard, and events against the document.
pub async fn check(desk: &Desk, events: Vec<Value>) {
    let (Some(mut python), Some(modules)) =
        (Tool::Python.find(), environment("DOCKET_TEST_NODE_MODULES"))
    else {
        return;
    };
    let document = desk.anonymous().get("/api/asyncapi.json").await.expect(200);
    let write = |name: &str, content: &Value| {
        let path = desk.folder.join(name);
        fs::write(&path, content.to_string()).unwrap();
        path
    };
    python
        .arg("-B")
        .arg(repo().join("tests/topics/document.py"))
        .arg(modules.join("@asyncapi/specs/schemas/3.0.0.json"))
        .arg(write("asyncapi.json", &document))
        .arg(write("events.json", &Value::Array(events)));
    finish(python).await;
}

#[tokio::test]
async fn the_document_keeps_to_its_standard_and_events_keep_to_the_document() {
    let desk = Desk::start(Setup::default()).await;
    open_ticket(&desk.as_handler().await, "Little").await;
    live_a_little(&desk).await;
    let events = log(&desk.as_admin().await).await;
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for wanted in ["ticket.opened", "ticket.comment_added", "user.registered", "subject.linked"] {
        assert!(types.contains(&wanted), "{wanted} is missing: {types:?}");
    }
    check(&desk, events).await;
}
