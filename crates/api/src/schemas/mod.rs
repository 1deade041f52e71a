//! The JSON Schemas of all events, as they are published: in `docs/schemas/`, at `/api/schemas/`, in the AsyncAPI
//! document, and by name in every record on Kafka (`ce_dataschema`).
//!
//! They describe what readers of the log and of Kafka get: data as stored, personal values sealed.

mod log_events;
mod sealed;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use commands::inbound::InboundTicket;
use serde_json::{Value, json};

use crate::Api;
use crate::conventions::Problem;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// A day: a schema gains a word in its descriptions now and then, never a meaning.
const CACHED: &str = "public, max-age=86400";

/// The schema of the data of one event type, as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PublishedSchema {
    /// The kind of stream the event stands in, such as `ticket`.
    pub(crate) kind: &'static str,
    /// The event type, such as `ticket.opened`.
    pub(crate) event_type: &'static str,
    /// The version of the data.
    pub(crate) version: i16,
    /// The JSON Schema (2020-12), without references, without `$schema` and `$id`.
    pub(crate) schema: Value,
}

impl PublishedSchema {
    /// The schema's name: `ticket.opened.v1`.
    pub(crate) fn name(&self) -> String {
        format!("{}.v{}", self.event_type, self.version)
    }

    /// What `ce_dataschema` says: where the schema is to be had, or a name for it when Docket has no public address.
    pub(crate) fn id(&self, public_url: Option<&str>) -> String {
        match public_url {
            Some(url) => format!("{}/api/schemas/{}.json", url.trim_end_matches('/'), self.name()),
            None => format!("urn:docket:schema:{}:{}", self.event_type, self.version),
        }
    }

    /// The schema as a document of its own, with dialect and id.
    pub(crate) fn document(&self, public_url: Option<&str>) -> Value {
        let mut document = json!({
            "$schema": DIALECT,
            "$id": self.id(public_url),
            "title": format!("{}, version {}", self.event_type, self.version),
        });
        if let (Some(document), Some(schema)) = (document.as_object_mut(), self.schema.as_object())
        {
            document.extend(schema.clone());
        }
        document
    }
}

/// The schemas of every event type there is: those of the domain, then those of the log itself.
pub(crate) fn published_schemas() -> Vec<PublishedSchema> {
    let of_the_domain = domain::schema::event_schemas().into_iter().map(|event| PublishedSchema {
        kind: event.kind,
        event_type: event.event_type,
        version: event.version,
        schema: sealed::as_stored(event.schema.as_value()),
    });
    of_the_domain.chain(log_events::schemas()).collect()
}

/// All schemas as documents of their own, by the names of their files: of the events, and of inbound tickets.
pub fn schema_documents(public_url: Option<&str>) -> BTreeMap<String, Value> {
    let mut documents: BTreeMap<_, _> = published_schemas()
        .iter()
        .map(|schema| (format!("{}.json", schema.name()), schema.document(public_url)))
        .collect();
    let inbound = InboundTicket::schema().to_value();
    documents.insert(format!("{}.json", InboundTicket::SCHEMA), inbound);
    documents
}

type Documents = Arc<BTreeMap<String, Value>>;

/// `/api/schemas/{name}.json`, for anyone.
pub(crate) fn pages(public_url: Option<&str>) -> Router<Api> {
    let documents: Documents = Arc::new(schema_documents(public_url));
    Router::new().route("/api/schemas/{name}", get(view_schema).with_state(documents))
}

async fn view_schema(
    State(documents): State<Documents>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let document = documents.get(&name).ok_or_else(|| Problem::not_found("schema"))?;
    let headers =
        [(header::CONTENT_TYPE, "application/schema+json"), (header::CACHE_CONTROL, CACHED)];
    Ok((headers, document.to_string()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_type_has_a_name_of_its_own() {
        let schemas = published_schemas();
        let names: std::collections::BTreeSet<_> =
            schemas.iter().map(PublishedSchema::name).collect();
        assert_eq!(names.len(), schemas.len());
        for event in domain::schema::event_schemas() {
            assert!(names.contains(&format!("{}.v{}", event.event_type, event.version)));
        }
        assert!(names.contains("subject.linked.v1") && names.contains("subject.erased.v1"));
    }

    #[test]
    fn a_schema_is_known_by_its_address_where_there_is_one() {
        let schemas = published_schemas();
        let opened = schemas.iter().find(|s| s.event_type == "ticket.opened").unwrap();
        assert_eq!(opened.id(None), "urn:docket:schema:ticket.opened:2");
        let address = "https://desk.example.org/api/schemas/ticket.opened.v2.json";
        assert_eq!(opened.id(Some("https://desk.example.org/")), address);
        let document = opened.document(Some("https://desk.example.org"));
        assert_eq!(document["$id"], address);
        assert_eq!(document["properties"]["number"], opened.schema["properties"]["number"]);
    }
}
