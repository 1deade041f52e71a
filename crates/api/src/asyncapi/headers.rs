//! Headers of a record: attributes of CloudEvents 1.0, and Docket's extensions to them.

use serde_json::{Value, json};

use super::AsyncApiOptions;
use crate::schemas::PublishedSchema;

/// Bytes of a header are text.
const POSITION: &str = "^[1-9][0-9]*$";

/// What all records of events have.
pub(super) fn shared(options: &AsyncApiOptions) -> Value {
    json!({
        "type": "object",
        "description": "Attributes of CloudEvents 1.0 and Docket's extensions. All are UTF-8 text, numbers in decimal.",
        "properties": {
            "ce_specversion": { "type": "string", "const": "1.0" },
            "ce_id": { "type": "string", "format": "uuid", "description": "The event." },
            "ce_type": { "type": "string", "description": "Type of the event, such as `ticket.assigned`." },
            "ce_source": { "type": "string", "const": options.source, "description": "This Docket." },
            "ce_subject": { "type": "string", "format": "uuid", "description": "Its stream: the key as well." },
            "ce_time": { "type": "string", "format": "date-time", "description": "When it was recorded; the record's timestamp has it in milliseconds." },
            "ce_dataschema": { "type": "string", "format": "uri", "description": "The JSON Schema of the value." },
            "content-type": { "type": "string", "const": "application/json" },
            "ce_position": { "type": "string", "pattern": POSITION, "description": "Place in the whole log, from 1, without gaps." },
            "ce_previous": { "type": "string", "pattern": "^(0|[1-9][0-9]*)$", "description": "Position of the record before it in this partition of this topic; 0 for the first. When it is not the last you have seen, records are missing." },
            "ce_version": { "type": "string", "pattern": POSITION, "description": "Place in its stream, from 1, without gaps." },
            "ce_kind": { "type": "string", "description": "Kind of its stream, such as `ticket`." },
            "ce_schemaversion": { "type": "string", "pattern": POSITION, "description": "Version of the schema of its type." },
            "ce_leaf": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Hash of the event, a leaf of the log's seals." },
            "ce_metadata": metadata(),
            "ce_traceparent": { "type": "string", "description": "W3C trace context of the request behind it, if it had one." },
        },
        "required": [
            "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_dataschema",
            "content-type", "ce_position", "ce_previous", "ce_version", "ce_kind", "ce_schemaversion", "ce_leaf",
            "ce_metadata",
        ],
    })
}

fn metadata() -> Value {
    let uuid = json!({ "type": "string", "format": "uuid" });
    json!({
        "type": "string",
        "description": "What is known of the command behind it, byte for byte as it was hashed. An event moved in from elsewhere has `occurred_at`: when it happened.",
        "contentMediaType": "application/json",
        "contentSchema": {
            "type": "object",
            "properties": {
                "actor": {
                    "type": "object",
                    "description": "Who did it.",
                    "properties": {
                        "kind": { "type": "string", "enum": ["user", "token", "open", "system", "anonymous"] },
                        "id": uuid,
                        "token": uuid,
                    },
                    "required": ["kind"],
                },
                "correlation_id": { "type": "string", "description": "Joins everything that one request caused." },
                "causation_id": uuid,
                "traceparent": { "type": "string" },
                "client": { "type": "object", "description": "Address and program it came from, sealed." },
                "occurred_at": { "type": "string", "format": "date-time" },
            },
            "required": ["actor", "correlation_id"],
        },
    })
}

/// What the records of one event type have, beyond [`shared`].
pub(super) fn of_event(schema: &PublishedSchema, options: &AsyncApiOptions) -> Value {
    json!({ "allOf": [
        super::reference("schemas", "event_headers"),
        {
            "properties": {
                "ce_type": { "const": schema.event_type },
                "ce_kind": { "const": schema.kind },
                "ce_schemaversion": { "const": schema.version.to_string() },
                "ce_dataschema": { "const": schema.id(options.public_url.as_deref()) },
            },
        },
    ] })
}

/// Headers as a record of that type might have them.
pub(super) fn example(schema: &PublishedSchema, options: &AsyncApiOptions) -> Value {
    json!({
        "ce_specversion": "1.0",
        "ce_id": "01978a5e-3c1f-7d20-9b6e-54d0c7b8a001",
        "ce_type": schema.event_type,
        "ce_source": options.source,
        "ce_subject": super::example::STREAM,
        "ce_time": "2026-03-02T08:15:30.123456Z",
        "ce_dataschema": schema.id(options.public_url.as_deref()),
        "content-type": "application/json",
        "ce_position": "4711",
        "ce_previous": "4702",
        "ce_version": "1",
        "ce_kind": schema.kind,
        "ce_schemaversion": schema.version.to_string(),
        "ce_leaf": "9f2b6c0d4e8a1375c6d0b2f4a8e91c3d5b7f0a2c4e6d8193a5b7c9d1e3f50718",
        "ce_metadata": r#"{"actor":{"kind":"system"},"correlation_id":"01978a5e-3c1e-7aa1-8f00-1d2c3b4a5968"}"#,
    })
}
