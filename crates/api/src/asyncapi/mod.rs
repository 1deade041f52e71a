//! The AsyncAPI 3.0 document: the topics that Docket writes and reads, made from the schemas of the events.

mod channels;
mod example;
mod headers;
mod inbound;
mod servers;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::Api;
use crate::schemas::published_schemas;

/// What the document says differently from one Docket to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncApiOptions {
    /// What the names of all topics begin with.
    pub prefix: String,
    /// What `ce_source` says.
    pub source: String,
    /// Where Docket is reached from outside, if it is; `ce_dataschema` begins with it.
    pub public_url: Option<String>,
}

impl Default for AsyncApiOptions {
    fn default() -> Self {
        Self { prefix: "docket".to_owned(), source: "urn:docket".to_owned(), public_url: None }
    }
}

/// The whole document. Actions are told from Docket's side: it sends events, and receives inbound tickets.
pub fn asyncapi_document(options: &AsyncApiOptions) -> Value {
    let schemas = published_schemas();
    let events = channels::events(&schemas, options);
    let inbound = inbound::parts(options);
    let mut components = json!({
        "securitySchemes": servers::security_schemes(),
        "schemas": { "event_headers": headers::shared(options) },
        "messages": {},
    });
    for schema in &schemas {
        components["schemas"][schema.name()] = schema.schema.clone();
    }
    extend(&mut components["schemas"], inbound.schemas);
    extend(&mut components["messages"], events.messages);
    extend(&mut components["messages"], inbound.messages);
    let mut channels = events.channels;
    channels.extend(inbound.channels);
    let mut operations = events.operations;
    operations.extend(inbound.operations);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Docket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": include_str!("asyncapi.md"),
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": servers::servers(),
        "channels": channels,
        "operations": operations,
        "components": components,
    })
}

/// Named parts of the document, each to go under its own heading.
#[derive(Debug, Default)]
struct Parts {
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
    schemas: Map<String, Value>,
}

fn extend(object: &mut Value, with: Map<String, Value>) {
    if let Some(object) = object.as_object_mut() {
        object.extend(with);
    }
}

fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

/// `/api/asyncapi.json`, for anyone.
pub(crate) fn pages(options: &AsyncApiOptions) -> Router<Api> {
    let document = asyncapi_document(options);
    Router::new().route("/api/asyncapi.json", get(async move || Json(document.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        let prefix = "desk.eu".to_owned();
        let public_url = Some("https://desk.example.org".to_owned());
        asyncapi_document(&AsyncApiOptions { prefix, public_url, ..AsyncApiOptions::default() })
    }

    /// All references of the document.
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_event_type_is_a_message_of_its_topic() {
        let document = document();
        for event in domain::schema::event_schemas() {
            let channel = &document["channels"][event.kind];
            assert_eq!(channel["address"], format!("desk.eu.{}", event.kind));
            assert_ne!(channel["description"], "", "{}", event.kind);
            let message = &document["components"]["messages"][event.event_type];
            assert!(channel["messages"][event.event_type]["$ref"].is_string(), "{channel}");
            let name = format!("{}.v{}", event.event_type, event.version);
            assert_eq!(message["payload"]["$ref"], format!("#/components/schemas/{name}"));
            let told = message["headers"]["allOf"][1]["properties"].clone();
            assert_eq!(told["ce_type"]["const"], event.event_type);
            let address = format!("https://desk.example.org/api/schemas/{name}.json");
            assert_eq!(told["ce_dataschema"]["const"], address);
        }
    }

    #[test]
    fn docket_sends_events_and_receives_tickets() {
        let document = document();
        let operations = document["operations"].as_object().unwrap();
        let of = |channel: &str| {
            let channel = format!("#/channels/{channel}");
            operations.values().find(|operation| operation["channel"]["$ref"] == channel).unwrap()
        };
        let kinds = domain::schema::event_schemas().into_iter().map(|schema| schema.kind);
        for kind in kinds.chain(["subject"]) {
            assert_eq!(of(kind)["action"], "send");
        }
        assert_eq!(of("inbound.tickets")["action"], "receive");
        assert_eq!(of("inbound.dead")["action"], "send");
        assert_eq!(document["channels"].as_object().unwrap().len(), operations.len());
    }

    #[test]
    fn no_reference_leads_nowhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn no_personal_value_is_shown_in_the_clear() {
        let text = document().to_string();
        assert!(text.contains("$sealed"));
        // The marker only ever holds null here: a value that was erased before it was written.
        for (at, marker) in text.match_indices("\"$personal\":") {
            let follows = &text[at + marker.len()..];
            assert!(follows.starts_with("{\"type\":\"null\"}"), "{}", &follows[..60]);
        }
    }
}
