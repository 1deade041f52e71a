//! Examples made from schemas, so that there is one of every event and none goes stale.

use serde_json::{Map, Value, json};

/// Where a content of the examples lies.
const ADDRESS: &str = concat!(
    "0193a5e0-7c1d-7a3b-9b5e-0f6f3c1d2e4a/",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.sealed"
);
/// The stream of the examples.
pub(super) const STREAM: &str = "01978a5e-3c1f-7c55-a0e4-0c9d1b7f2e63";
const UUID: &str = "01978a5e-4410-7f0a-b3c2-6a1e9d8c7b54";

/// A value that the schema admits. Knows the keywords that schemas of events use.
pub(super) fn of(schema: &Value) -> Value {
    named("", schema)
}

fn named(name: &str, schema: &Value) -> Value {
    if let Some(one) = schema.get("const") {
        return one.clone();
    }
    if let Some(first) = schema.pointer("/enum/0").or(schema.pointer("/examples/0")) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(first) = schema.get(choice).and_then(|choices| choices.get(0)) {
            return named(name, first);
        }
    }
    match schema.get("type").and_then(|types| types.as_str().or(types[0].as_str())) {
        Some("object") => object(schema),
        Some("array") => schema.get("items").map_or(json!([]), |items| json!([named(name, items)])),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("string") => text(name, schema),
        Some(_) | None => Value::Null,
    }
}

fn object(schema: &Value) -> Value {
    let mut object = Map::new();
    for (name, property) in
        schema.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        object.insert(name.clone(), named(name, property));
    }
    Value::Object(object)
}

fn text(name: &str, schema: &Value) -> Value {
    json!(match (schema.get("format").and_then(Value::as_str), name) {
        (Some("uuid"), _) => UUID,
        (Some("date-time"), _) => "2026-03-02T08:15:30.123456Z",
        (Some(_) | None, "number") => "TKT-2026-000042",
        (Some(_) | None, "box") => "q1v0xqyT0o2dKZ0Wm3nq8mJr2V5c7hQm5b1x9d3yq4s8aQ",
        (Some(_) | None, "address") => ADDRESS,
        (Some(_) | None, "content_type") => "image/png",
        (Some(_) | None, "category" | "categories") => "technical_issue",
        (Some(_) | None, "subcategory") => "login",
        (Some(_) | None, "department" | "departments") => "Support",
        (Some(_) | None, "tags") => "vip",
        (Some(_) | None, "external_id") => "CRM-1001",
        (Some(_) | None, _) => "incident",
    })
}
