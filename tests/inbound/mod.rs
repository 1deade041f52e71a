//! What other systems send in, over HTTP or through Kafka.

mod examples;
mod garbage;
mod known;
mod receive;
mod topic;

use serde_json::{Value, json};

use crate::support::{Answer, Client, Desk, unique};

pub const ROUTE: &str = "/api/v1/inbound/tickets";

/// A client with a token for the scope, of the user of a role.
pub async fn help_desk<'a>(desk: &'a Desk, role: &str, scope: &str) -> Client<'a> {
    let body = json!({ "name": unique("help-desk"), "scopes": [scope] });
    let token = desk.as_role(role).await.post("/api/v1/users/api-tokens", body).await.expect(201);
    desk.anonymous().api_key(token["token"].as_str().unwrap())
}

/// Sends a ticket.
pub async fn send(client: &Client<'_>, ticket: Value) -> Answer {
    client.post(ROUTE, ticket).await
}

/// The tickets with a tag.
pub async fn tagged(desk: &Desk, tag: &str) -> Vec<Value> {
    let list = desk.as_admin().await.get(&format!("/api/v1/tickets?tag={tag}&limit=200")).await;
    list.expect(200)["items"].as_array().unwrap().clone()
}
