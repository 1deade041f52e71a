//! The topics that other help desks write to.

use commands::inbound::InboundTicket;
use serde_json::{Value, json};

use super::{AsyncApiOptions, Parts, reference};

/// Channels, messages and operations of inbound tickets.
pub(super) fn parts(options: &AsyncApiOptions) -> Parts {
    let mut parts = Parts::default();
    parts.schemas.insert(InboundTicket::SCHEMA.to_owned(), ticket_schema());
    parts.schemas.insert("dead_letter_headers".to_owned(), dead_headers());
    for (name, message, action, summary) in [
        ("inbound.tickets", ticket(), "receive", "Docket opens a ticket for each, once."),
        (
            "inbound.dead",
            dead_letter(options),
            "send",
            "Messages that could not become tickets, and why.",
        ),
    ] {
        let topic = format!("{}.{name}", options.prefix);
        parts.channels.insert(
            name.to_owned(),
            json!({
                "address": topic,
                "title": topic,
                "description": summary,
                "messages": { name: reference("messages", name) },
                "bindings": { "kafka": { "topic": topic, "bindingVersion": "0.5.0" } },
            }),
        );
        parts.messages.insert(name.to_owned(), message);
        let mut operation = json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{name}") },
            "summary": summary,
        });
        if action == "receive" {
            let group = format!("{}-inbound", options.prefix);
            operation["bindings"] = json!({ "kafka": {
                "groupId": { "type": "string", "enum": [group] },
                "bindingVersion": "0.5.0",
            } });
        }
        parts.operations.insert(format!("{action}_{}", name.replace('.', "_")), operation);
    }
    parts
}

/// Without dialect and id: the schema stands inside of another document here.
fn ticket_schema() -> Value {
    let mut schema = InboundTicket::schema().to_value();
    if let Some(keywords) = schema.as_object_mut() {
        keywords.remove("$schema");
        keywords.remove("$id");
    }
    schema
}

fn ticket() -> Value {
    json!({
        "name": "inbound.tickets",
        "title": "A ticket of another help desk",
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "description": "All optional; others are left alone.",
            "properties": {
                "correlation_id": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "description": "Stands in the events of the ticket. Also `x-correlation-id` or `ce_id`." },
                "traceparent": { "type": "string", "description": "W3C trace context. Also `ce_traceparent`." },
            },
        },
        "payload": reference("schemas", InboundTicket::SCHEMA),
        "bindings": { "kafka": {
            "key": { "type": "string", "minLength": 1, "description": "Names the ticket where it has no `external_id`: a repeat opens no second one." },
            "bindingVersion": "0.5.0",
        } },
        "examples": [{
            "name": "a_ticket",
            "headers": { "correlation_id": "crm-1001" },
            "payload": {
                "external_id": "CRM-1001",
                "subject": "The printer eats paper",
                "description": "Every second sheet, since Monday.",
                "category": "technical_issue",
                "priority": "high",
                "customer": { "email": "ada@example.org", "name": "Ada" },
                "created_at": "2026-03-02T08:15:30Z",
            },
        }],
    })
}

fn dead_letter(options: &AsyncApiOptions) -> Value {
    json!({
        "name": "inbound.dead",
        "title": "A message that could not become a ticket",
        "contentType": "application/octet-stream",
        "description": "Key, value and headers as they came, and why it was refused. Sent to the inbound topic once \
                        more, it is tried once more.",
        "headers": reference("schemas", "dead_letter_headers"),
        "payload": { "type": "string", "description": "The bytes as they came, whatever they are." },
        "bindings": { "kafka": { "bindingVersion": "0.5.0" } },
        "examples": [{
            "name": "not_json",
            "headers": {
                "docket_reason": "The value is not a JSON object.",
                "docket_errors": "[]",
                "docket_topic": format!("{}.inbound.tickets", options.prefix),
                "docket_partition": "3",
                "docket_offset": "17",
                "docket_at": "2026-03-02T08:15:30.123456Z",
            },
            "payload": "[1, 2]",
        }],
    })
}

fn dead_headers() -> Value {
    let number = json!({ "type": "string", "pattern": "^[0-9]+$" });
    json!({
        "type": "object",
        "description": "What Docket adds to the headers of the message. All are UTF-8 text.",
        "properties": {
            "docket_reason": { "type": "string", "description": "Why, in a sentence." },
            "docket_errors": {
                "type": "string",
                "description": "What is wrong with which field; `loc` begins with `value`.",
                "contentMediaType": "application/json",
                "contentSchema": { "type": "array", "items": {
                    "type": "object",
                    "properties": {
                        "loc": { "type": "array", "items": { "type": "string" } },
                        "msg": { "type": "string" },
                        "type": { "type": "string" },
                    },
                    "required": ["loc", "msg", "type"],
                } },
            },
            "docket_topic": { "type": "string", "description": "Where the message stood." },
            "docket_partition": number,
            "docket_offset": number,
            "docket_at": { "type": "string", "format": "date-time", "description": "When it was refused." },
            "docket_value_omitted": { "type": "string", "pattern": "^[0-9]+$", "description": "How many bytes the value had, where it was too large to be kept." },
        },
        "required": [
            "docket_reason", "docket_errors", "docket_topic", "docket_partition", "docket_offset", "docket_at",
        ],
    })
}
