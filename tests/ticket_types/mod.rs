//! Tickets with forms: types that are defined and change, data that fits them or not, and finding tickets by it.

mod define;
mod files;
mod filters;
mod garbage;
mod matrix;
mod matrix_rows;
mod permissions;
mod versions;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, ticket, unique};

/// A label.
pub fn label(en: &str) -> Value {
    json!({ "en": en })
}

/// An option of a list.
pub fn option(value: &str) -> Value {
    json!({ "value": value, "label": label(value) })
}

/// A field with these settings besides what all have.
pub fn field(id: &str, kind: &str, settings: Value) -> Value {
    let mut field = json!({ "id": id, "kind": kind, "label": label(id) });
    let Value::Object(settings) = settings else { panic!("settings are an object") };
    field.as_object_mut().unwrap().extend(settings);
    field
}

/// A fault at a site, under a name that no other story uses.
pub fn site_fault() -> Value {
    let severities = ["critical", "major", "minor"].map(option);
    json!({
        "name": unique("site_fault_"),
        "title": { "en": "5G site fault", "zh": "5G站点故障" },
        "description": { "en": "What a field engineer reports." },
        "sections": [{ "id": "fault", "label": { "en": "Fault", "zh": "故障" } }],
        "fields": [
            field("site_id", "text", json!({
                "required": true, "filterable": true, "pattern": "[A-Z]{2}-\\d{4}",
                "help": { "en": "As on the cabinet door." },
            })),
            field("severity", "select", json!({
                "required": true, "filterable": true, "section": "fault", "default": "major",
                "options": severities,
            })),
            field("alarm_code", "integer", json!({
                "filterable": true, "section": "fault", "min": 1000, "max": 9999,
            })),
            field("what_happened", "long_text", json!({
                "required": true, "section": "fault", "min_length": 5,
                "visible_if": { "field": "severity", "equals": "critical" },
            })),
        ],
    })
}

/// Defines a ticket type and returns it.
pub async fn define(admin: &Client<'_>, form: &Value) -> Value {
    admin.post("/api/v1/ticket-types", form.clone()).await.expect(201)
}

/// The path of a ticket type.
pub fn path(ticket_type: &Value, rest: &str) -> String {
    format!("/api/v1/ticket-types/{}{rest}", ticket_type["id"].as_str().unwrap())
}

/// Asks for a ticket of a type, named by name or id, with this data.
pub async fn open(client: &Client<'_>, ticket_type: &Value, data: Value) -> Answer {
    let mut body = ticket("With a form");
    body["ticket_type"] = ticket_type.clone();
    body["data"] = data;
    client.post("/api/v1/tickets", body).await
}

/// Changes a ticket.
pub async fn change(client: &Client<'_>, ticket: &Value, body: Value) -> Answer {
    client.patch(&format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap()), body).await
}

/// The ticket as lists and views have it, once they have what was done before.
pub async fn seen(client: &Client<'_>, ticket: &Value) -> Value {
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    client.call(Method::GET, &path).send().await.expect(200)
}

/// The bad fields of a 422, each by its pointer and code.
#[track_caller]
pub fn bad_data(answer: &Answer) -> Vec<(String, String)> {
    answer.bad_fields();
    let problem = answer.json();
    let errors = problem["errors"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.map(|error| (text(&error["pointer"]), text(&error["type"]))).collect()
}

/// The same for comparison.
pub fn bad(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}
