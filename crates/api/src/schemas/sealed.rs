//! From the schema of an event as the domain sees it, opened, to the schema of what is stored.

use serde_json::{Map, Value, json};

/// Every personal value of the schema in its stored forms: sealed, or erased. What opening it gives stays beside it,
/// as `x-docket-opened`.
pub(super) fn as_stored(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) if keywords.get("x-docket") == Some(&json!("personal")) => {
            personal(keywords)
        }
        Value::Object(keywords) => {
            keywords.iter().map(|(keyword, value)| (keyword.clone(), as_stored(value))).collect()
        }
        Value::Array(items) => items.iter().map(as_stored).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

fn personal(keywords: &Map<String, Value>) -> Value {
    let mut forms = vec![sealed(), erased()];
    let types = keywords.get("type").and_then(Value::as_array);
    if types.is_some_and(|types| types.iter().any(|name| name == "null")) {
        forms.push(json!({ "type": "null" }));
    }
    let mut stored = Map::new();
    if let Some(description) = keywords.get("description") {
        stored.insert("description".to_owned(), description.clone());
    }
    stored.insert("x-docket".to_owned(), json!("personal"));
    if let Some(opened) = keywords.get("properties").and_then(|p| p.get("$personal")) {
        stored.insert("x-docket-opened".to_owned(), opened.clone());
    }
    stored.insert("oneOf".to_owned(), Value::Array(forms));
    Value::Object(stored)
}

fn sealed() -> Value {
    json!({
        "description": "Sealed under the key of the person it is about.",
        "type": "object",
        "properties": {
            "$sealed": {
                "type": "object",
                "properties": {
                    "key": {
                        "description": "The key; gone once the person is forgotten.",
                        "type": "string",
                        "format": "uuid",
                    },
                    "box": {
                        "description": "Nonce, AES-256-GCM ciphertext and tag, in base64 without padding.",
                        "type": "string",
                        "pattern": "^[A-Za-z0-9+/]{39,}$",
                    },
                },
                "required": ["key", "box"],
                "additionalProperties": false,
            },
        },
        "required": ["$sealed"],
        "additionalProperties": false,
    })
}

fn erased() -> Value {
    json!({
        "description": "Had been erased before it was written.",
        "type": "object",
        "properties": { "$personal": { "type": "null" } },
        "required": ["$personal"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_sealed_at_any_depth_and_the_rest_as_it_was() {
        let text = json!({ "type": ["string", "null"] });
        let personal = json!({
            "description": "A name.",
            "type": ["object", "null"],
            "x-docket": "personal",
            "properties": { "$personal": text },
            "required": ["$personal"],
            "additionalProperties": false,
        });
        let schema = |inner: &Value| {
            json!({
                "type": "object",
                "properties": {
                    "number": { "type": "string", "x-docket": "id" },
                    "people": { "type": "array", "items": { "properties": { "name": inner } } },
                },
            })
        };
        let expected = json!({
            "description": "A name.",
            "x-docket": "personal",
            "x-docket-opened": text,
            "oneOf": [sealed(), erased(), { "type": "null" }],
        });
        assert_eq!(as_stored(&schema(&personal)), schema(&expected));
    }
}
