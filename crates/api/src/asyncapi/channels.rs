//! One channel per kind of stream, one message per type of event.

use serde_json::{Value, json};

use super::{AsyncApiOptions, Parts, example, headers, reference};
use crate::schemas::PublishedSchema;

/// Channels, messages and operations of all events.
pub(super) fn events(schemas: &[PublishedSchema], options: &AsyncApiOptions) -> Parts {
    let mut parts = Parts::default();
    for schema in schemas {
        let (kind, event_type) = (schema.kind, schema.event_type);
        parts.messages.insert(event_type.to_owned(), message(schema, options));
        let channel = parts.channels.entry(kind).or_insert_with(|| channel(kind, options));
        channel["messages"][event_type] = reference("messages", event_type);
        parts.operations.insert(format!("send_{kind}_events"), send(kind));
    }
    parts
}

fn channel(kind: &str, options: &AsyncApiOptions) -> Value {
    let topic = format!("{}.{kind}", options.prefix);
    let what = match kind {
        "ticket" => "All that happens to tickets.",
        "user" => "Accounts: who is there, with which role.",
        "work_role" => "Work roles.",
        "settings" => "Rules that change while Docket runs.",
        "audit" => "Log-ins, refusals, exports, imports.",
        "ticket_type" => "Ticket types: the forms that tickets are filled in with.",
        "file" => "What is found in the files of tickets: their text, a thumbnail.",
        "workflow" => "Workflows: their steps, the ways between them, which tickets they are for.",
        "task" => "All that happens to tasks: who has them and why, what was done at which step.",
        "rotation" => "Whose turn it is among the people of a work role.",
        "calendar" => "Working hours and holidays.",
        "sla_policy" => "Service levels: targets, pauses, escalations.",
        "sla" => "The clocks of tickets: a stream beside each ticket's own.",
        "subject" => "What became of the keys of people.",
        _ => "",
    };
    json!({
        "address": topic,
        "title": topic,
        "description": what,
        "messages": {},
        "bindings": { "kafka": {
            "topic": topic,
            // As the relay makes them: the whole log stays to be read.
            "topicConfiguration": { "cleanup.policy": ["delete"], "retention.ms": -1 },
            "bindingVersion": "0.5.0",
        } },
    })
}

fn send(kind: &str) -> Value {
    json!({
        "action": "send",
        "channel": { "$ref": format!("#/channels/{kind}") },
        "summary": "Docket appends every event of these streams, once, in the order of each stream.",
    })
}

fn message(schema: &PublishedSchema, options: &AsyncApiOptions) -> Value {
    json!({
        "name": schema.event_type,
        "title": schema.event_type,
        "contentType": "application/json",
        "headers": headers::of_event(schema, options),
        "payload": reference("schemas", &schema.name()),
        "bindings": { "kafka": {
            "key": { "type": "string", "format": "uuid", "description": "The id of the stream." },
            "bindingVersion": "0.5.0",
        } },
        "examples": [{
            "name": schema.event_type,
            "headers": headers::example(schema, options),
            "payload": example::of(&schema.schema),
        }],
    })
}
