//! Files of tickets.

mod banking;
mod encodings;
mod forms;
mod moving_in;
mod partial;
mod repeat;
mod who;

use serde_json::Value;

use crate::support::{Answer, Client};

/// Sends a file in the field `file`.
pub async fn import(client: &Client<'_>, kind: &str, content: impl Into<Vec<u8>>) -> Answer {
    let call = client.call(reqwest::Method::POST, &format!("/api/v1/import/{kind}"));
    call.file(&format!("tickets.{kind}"), content).send().await
}

/// Total, imported, failed.
#[track_caller]
pub fn counts(answer: &Answer) -> (i64, i64, i64) {
    let body = answer.expect(200);
    let count = |name: &str| body[name].as_i64().unwrap();
    (count("total"), count("imported"), count("failed"))
}

/// The bad fields, as `row field`.
pub fn errors(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let error = |error: &Value| {
        assert!(error["msg"].as_str().is_some_and(|msg| !msg.is_empty()), "{error}");
        format!("{} {}", error["row"], error["field"].as_str().unwrap_or("-"))
    };
    body["errors"].as_array().unwrap().iter().map(error).collect()
}

/// The tickets with a tag, the first one first.
pub async fn tagged(client: &Client<'_>, tag: &str) -> Vec<Value> {
    let list =
        client.get(&format!("/api/v1/tickets?tag={tag}&sort=number&limit=200")).await.expect(200);
    list["items"].as_array().unwrap().clone()
}
