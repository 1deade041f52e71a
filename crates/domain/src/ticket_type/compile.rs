//! A form as JSON Schema.

use serde_json::{Map, Value, json};

use super::definition::{Definition, Field, NumberRules, Rules, Span, open_values};
use super::fixed::Day;
use super::formats::{self, Format};
use super::normalise::moment_text;
use super::values::Language;
use crate::Timestamp;

/// The JSON Schema (2020-12) of normalised data: what it admits, [`validate`](super::validate())
/// accepts, but for users and files that do not exist and for data of more than 64 KiB, of which a
/// schema knows nothing. `format` is meant to be checked. Bounds of days and moments stand under
/// `formatMinimum` and `formatMaximum`, as validators for the browser read them; one that knows
/// neither admits more. Titles are in English where there is any.
pub fn compile(definition: &Definition) -> Value {
    let properties: Map<_, _> =
        definition.fields.iter().map(|field| (field.id.to_string(), property(field))).collect();
    let required: Vec<_> = definition
        .fields
        .iter()
        .filter(|field| field.required && field.visible_if.is_none())
        .map(|field| field.id.as_str())
        .collect();
    let conditions: Vec<_> = definition.fields.iter().filter_map(condition).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !conditions.is_empty() {
        schema["allOf"] = Value::Array(conditions);
    }
    schema
}

/// What follows from whether the field is visible.
fn condition(field: &Field) -> Option<Value> {
    let visible_if = field.visible_if.as_ref()?;
    let then = if field.required { json!({ "required": [field.id] }) } else { json!(true) };
    Some(json!({
        "if": visible_if.schema(),
        "then": then,
        "else": { "properties": { field.id.as_str(): false } },
    }))
}

fn property(field: &Field) -> Value {
    let mut schema = value_schema(&field.rules);
    if let Some(title) = field.label.in_language(Language::En) {
        schema["title"] = json!(title);
    }
    if let Some(default) = &field.default {
        schema["default"] = json!(default);
    }
    schema
}

fn value_schema(rules: &Rules) -> Value {
    match rules {
        Rules::Text { min_length, max_length, pattern } => {
            let mut schema = text(&formats::ONE_LINE);
            schema["minLength"] = json!((*min_length).max(1));
            schema["maxLength"] = json!(max_length);
            if let Some(pattern) = pattern.as_ref().and_then(super::pattern::Pattern::portable) {
                schema["allOf"] = json!([{ "pattern": pattern }]);
            }
            schema
        }
        Rules::LongText { min_length, max_length } => {
            let mut schema = text(&formats::LINES);
            schema["minLength"] = json!((*min_length).max(1));
            schema["maxLength"] = json!(max_length);
            schema
        }
        Rules::Integer(rules) => number("integer", rules),
        Rules::Decimal(rules) => number("number", rules),
        Rules::Boolean => json!({ "type": "boolean" }),
        Rules::Date(span) => bounded(text(&formats::DATE), span, |Day(day)| json!(day)),
        Rules::DateTime(span) => {
            let bound = |moment: &Timestamp| json!(moment_text(moment));
            bounded(text(&formats::DATE_TIME), span, bound)
        }
        Rules::Select { options } => {
            json!({ "type": "string", "enum": open_values(options).collect::<Vec<_>>() })
        }
        Rules::MultiSelect { options, max_count } => {
            list(&json!({ "enum": open_values(options).collect::<Vec<_>>() }), *max_count)
        }
        Rules::User => text(&formats::UUID),
        Rules::File { max_count, .. } => list(&text(&formats::UUID), *max_count),
        Rules::Url => text(&formats::URL),
        Rules::Email => {
            let mut schema = text(&formats::EMAIL);
            schema["allOf"] = json!([{ "pattern": formats::EMAIL_LOCAL.pattern }]);
            schema
        }
        Rules::Phone => text(&formats::PHONE),
    }
}

fn text(format: &Format) -> Value {
    let mut schema =
        json!({ "type": "string", "pattern": format.pattern, "maxLength": format.max });
    if let Some(name) = format.name {
        schema["format"] = json!(name);
    }
    schema
}

fn number<T: serde::Serialize>(kind: &str, rules: &NumberRules<T>) -> Value {
    let mut schema = json!({ "type": kind, "minimum": rules.min, "maximum": rules.max });
    if let Some(step) = &rules.step {
        schema["multipleOf"] = json!(step);
    }
    schema
}

fn bounded<T>(mut schema: Value, span: &Span<T>, bound: impl Fn(&T) -> Value) -> Value {
    if let Some(min) = &span.min {
        schema["formatMinimum"] = bound(min);
    }
    if let Some(max) = &span.max {
        schema["formatMaximum"] = bound(max);
    }
    schema
}

fn list(items: &Value, max_count: u32) -> Value {
    json!({
        "type": "array",
        "items": items,
        "minItems": 1,
        "maxItems": max_count,
        "uniqueItems": true,
    })
}
