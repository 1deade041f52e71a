//! Schemas of the events that the log writes by itself, about the people whose values it keeps. The log knows nothing
//! of schemas, so they are written here by hand; a story compares them with what it wrote.

use serde_json::{Value, json};

use super::PublishedSchema;

const KIND: &str = "subject";

/// `subject.linked` and `subject.erased`.
pub(super) fn schemas() -> [PublishedSchema; 2] {
    [
        schema(
            "subject.linked",
            "Data of `subject.linked`: two subjects, known apart before, turned out to be one person. Stands in the \
             streams of both.",
            "The other subject.",
        ),
        schema(
            "subject.erased",
            "Data of `subject.erased`: the keys of this subject are gone, and with them every value sealed under \
             them, in all events before.",
            "The subject, which is the stream as well.",
        ),
    ]
}

fn schema(event_type: &'static str, description: &str, subject: &str) -> PublishedSchema {
    let schema: Value = json!({
        "description": description,
        "type": "object",
        "properties": {
            "subject_id": {
                "description": subject,
                "type": "string",
                "format": "uuid",
                "x-docket": "id",
            },
        },
        "required": ["subject_id"],
    });
    PublishedSchema { kind: KIND, event_type, version: 1, schema }
}
