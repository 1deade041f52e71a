//! A walk over all event schemas: no text in the log but personal, id, enumeration or vocabulary.

use serde_json::{Map, Value, json};

use crate::schema::event_schemas;

/// The places of a schema where text of any other kind could stand.
pub(crate) fn offences(root: &Value) -> Vec<String> {
    let mut walk = Walk { root, followed: Vec::new(), found: Vec::new() };
    walk.schema(root, "$");
    walk.found
}

struct Walk<'a> {
    root: &'a Value,
    followed: Vec<&'a str>,
    found: Vec<String>,
}

impl<'a> Walk<'a> {
    fn schema(&mut self, schema: &'a Value, at: &str) {
        match schema {
            // `false` admits nothing.
            Value::Bool(false) => {}
            Value::Object(keywords) if !is_declared(keywords) => self.keywords(keywords, at),
            Value::Object(_) => {}
            // `true` admits any text.
            _ => self.found.push(at.to_owned()),
        }
    }

    fn keywords(&mut self, keywords: &'a Map<String, Value>, at: &str) {
        let mut narrowed = false;
        for (keyword, value) in keywords {
            let at = format!("{at}/{keyword}");
            match (keyword.as_str(), value) {
                ("properties" | "patternProperties", Value::Object(schemas)) => {
                    schemas.iter().for_each(|(name, s)| self.schema(s, &format!("{at}/{name}")));
                }
                ("oneOf" | "anyOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                    narrowed |= keyword != "prefixItems";
                    schemas.iter().for_each(|schema| self.schema(schema, &at));
                }
                ("items" | "propertyNames", schema) => self.schema(schema, &at),
                ("additionalProperties", schema) => {
                    self.schema(schema, &at);
                    // The names of such properties are text as well.
                    if schema != &json!(false) && !keywords.contains_key("propertyNames") {
                        self.found.push(format!("{at} (names)"));
                    }
                }
                ("$ref", Value::String(target)) => {
                    narrowed = true;
                    self.follow(target, &at);
                }
                _ => {}
            }
        }
        match keywords.get("type") {
            None if narrowed => {}
            Some(types) if !names(types, "string") => {
                if names(types, "array") && !keywords.contains_key("items") {
                    self.found.push(format!("{at} (items)"));
                }
            }
            None | Some(_) => self.found.push(at.to_owned()),
        }
    }

    fn follow(&mut self, target: &'a str, at: &str) {
        if self.followed.contains(&target) {
            return;
        }
        self.followed.push(target);
        match target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
            Some(schema) => self.schema(schema, target),
            None => self.found.push(format!("{at} leads nowhere")),
        }
    }
}

/// Whether whatever text the schema admits is of a kind that may stand in the log.
fn is_declared(keywords: &Map<String, Value>) -> bool {
    let marked = keywords.get("x-docket").and_then(Value::as_str);
    let format = keywords.get("format").and_then(Value::as_str);
    match marked {
        // What is personal has to be under its marker, and nothing beside it.
        Some("personal") => {
            keywords["properties"].as_object().is_some_and(|p| p.keys().eq(["$personal"]))
                && keywords["additionalProperties"] == false
        }
        Some("id" | "vocabulary") => true,
        _ => {
            matches!(format, Some("uuid" | "date-time"))
                || keywords.contains_key("enum")
                || keywords.contains_key("const")
        }
    }
}

fn names(types: &Value, wanted: &str) -> bool {
    types == wanted || types.as_array().is_some_and(|types| types.iter().any(|t| t == wanted))
}

#[test]
fn no_event_holds_undeclared_text() {
    for schema in event_schemas() {
        assert_eq!(offences(schema.schema.as_value()), [""; 0], "{}", schema.event_type);
    }
}

#[test]
fn there_is_a_schema_of_every_event_type() {
    let schemas = event_schemas();
    assert_eq!(schemas.len(), 30 + 12 + 3 + 5 + 7 + 7 + 13 + 1 + 3 + 3 + 9 + 6 + 5);
    for schema in schemas {
        assert_eq!(schema.schema.as_value()["type"], "object", "{}", schema.event_type);
    }
}

#[test]
fn the_walk_finds_what_it_is_there_to_find() {
    let text = json!({ "type": "string" });
    let object = |inner: &Value| json!({ "type": "object", "properties": { "a": inner } });
    let offending = [
        text.clone(),
        object(&text),
        object(&json!({ "type": ["string", "null"], "maxLength": 5 })),
        object(&json!({ "type": "array", "items": text })),
        object(&json!({ "type": "array" })),
        object(&json!({ "anyOf": [{ "type": "null" }, text] })),
        object(&json!({ "oneOf": [{ "const": "a" }, object(&text)] })),
        object(&json!({ "type": "string", "format": "email" })),
        object(&json!({ "type": "object", "additionalProperties": true })),
        object(&json!({ "type": "object", "additionalProperties": { "type": "boolean" } })),
        object(&json!(true)),
        object(&json!({})),
        object(&json!({ "$ref": "#/$defs/nowhere" })),
        json!({ "$ref": "#/$defs/A", "$defs": { "A": object(&text) } }),
        json!({ "type": "object", "x-docket": "personal", "properties": { "a": text }, "additionalProperties": false }),
    ];
    for schema in offending {
        assert_ne!(offences(&schema), [""; 0], "{schema}");
    }
    let sound = [
        json!(false),
        object(&json!({ "type": "integer" })),
        object(&json!({ "type": "string", "format": "uuid" })),
        object(&json!({ "type": ["string", "null"], "x-docket": "vocabulary" })),
        json!({ "$ref": "#/$defs/A", "$defs": { "A": object(&json!({ "$ref": "#/$defs/A" })) } }),
    ];
    for schema in sound {
        assert_eq!(offences(&schema), [""; 0], "{schema}");
    }
}
