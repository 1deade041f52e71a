//! When a field is visible.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::definition::{Definition, Field};
use super::fixed::FixedValue;
use super::key::FieldId;

/// A question about the values of other fields. The value of a hidden field counts as not given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The field has this value; of a multi-select: it is among the chosen ones.
    Equals {
        /// The field.
        field: FieldId,
        /// The value.
        value: FixedValue,
    },
    /// The field has one of these values; of a multi-select: one of them is among the chosen ones.
    In {
        /// The field.
        field: FieldId,
        /// The values.
        values: Vec<FixedValue>,
    },
    /// The field has a value.
    IsSet(FieldId),
    /// The field has no value.
    IsNotSet(FieldId),
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
}

/// How deeply conditions may be nested: a test, in a group, in a group.
pub const MAX_CONDITION_DEPTH: usize = 3;

impl Condition {
    /// The fields it asks about, as often as it does.
    pub fn fields(&self) -> Vec<&FieldId> {
        match self {
            Self::Equals { field, .. }
            | Self::In { field, .. }
            | Self::IsSet(field)
            | Self::IsNotSet(field) => vec![field],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::fields).collect(),
        }
    }

    fn holds<'a>(&self, value_of: &impl Fn(&FieldId) -> Option<&'a Value>) -> bool {
        match self {
            Self::Equals { field, value } => {
                value_of(field).is_some_and(|given| is_or_has(given, &value.0))
            }
            Self::In { field, values } => value_of(field)
                .is_some_and(|given| values.iter().any(|value| is_or_has(given, &value.0))),
            Self::IsSet(field) => value_of(field).is_some(),
            Self::IsNotSet(field) => value_of(field).is_none(),
            Self::All(parts) => parts.iter().all(|part| part.holds(value_of)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(value_of)),
        }
    }

    /// The condition as JSON Schema of the whole data.
    pub(super) fn schema(&self) -> Value {
        match self {
            Self::Equals { field, value } => field_schema(field, &json!({ "const": value })),
            Self::In { field, values } => field_schema(field, &json!({ "enum": values })),
            Self::IsSet(field) => json!({ "required": [field] }),
            Self::IsNotSet(field) => json!({ "not": { "required": [field] } }),
            Self::All(parts) => json!({ "allOf": schemas(parts) }),
            Self::Any(parts) => json!({ "anyOf": schemas(parts) }),
        }
    }
}

fn schemas(parts: &[Condition]) -> Vec<Value> {
    parts.iter().map(Condition::schema).collect()
}

fn is_or_has(given: &Value, value: &Value) -> bool {
    given == value || given.as_array().is_some_and(|items| items.contains(value))
}

fn field_schema(field: &FieldId, value: &Value) -> Value {
    let has = json!({ "type": "array", "contains": value });
    json!({
        "properties": { field.as_str(): { "anyOf": [value, has] } },
        "required": [field],
    })
}

/// The fields that people see and fill in, given this normalised data.
pub fn visible_fields<'a>(definition: &'a Definition, data: &Map<String, Value>) -> Vec<&'a Field> {
    let mut visible: Vec<&Field> = Vec::new();
    for field in controllers_first(definition) {
        if is_visible(field, &visible, data) {
            visible.push(field);
        }
    }
    visible
}

/// Whether the field is visible, once it is known which of those are that it asks about.
pub(super) fn is_visible(field: &Field, visible: &[&Field], data: &Map<String, Value>) -> bool {
    let value_of = |id: &FieldId| {
        visible.iter().find(|seen| seen.id == *id).and_then(|seen| data.get(seen.id.as_str()))
    };
    field.visible_if.as_ref().is_none_or(|condition| condition.holds(&value_of))
}

/// The fields in an order in which none stands before one that its condition asks about.
pub(super) fn controllers_first(definition: &Definition) -> Vec<&Field> {
    fn visit<'a>(
        definition: &'a Definition,
        field: &'a Field,
        entered: &mut Vec<&'a FieldId>,
        order: &mut Vec<&'a Field>,
    ) {
        if entered.contains(&&field.id) {
            return;
        }
        entered.push(&field.id);
        for id in field.visible_if.iter().flat_map(Condition::fields) {
            if let Some(controller) = definition.field(id.as_str()) {
                visit(definition, controller, entered, order);
            }
        }
        order.push(field);
    }
    let (mut entered, mut order) = (Vec::new(), Vec::new());
    for field in &definition.fields {
        visit(definition, field, &mut entered, &mut order);
    }
    order
}

impl JsonSchema for Condition {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let id = FieldId::json_schema(generator).to_value();
        let value = FixedValue::json_schema(generator).to_value();
        let tests = vec![
            variant("equals", &object(&json!({ "field": id, "value": value }))),
            variant(
                "in",
                &object(&json!({ "field": id, "values": { "type": "array", "items": value } })),
            ),
            variant("is_set", &id),
            variant("is_not_set", &id),
        ];
        // Written out to its greatest depth, as schemas of events have no references.
        let written_out = (1..MAX_CONDITION_DEPTH).fold(tests.clone(), |parts, _| {
            let list = json!({ "type": "array", "items": { "oneOf": parts } });
            let mut all = tests.clone();
            all.extend([variant("all", &list), variant("any", &list)]);
            all
        });
        json_schema!({ "oneOf": written_out })
    }
}

fn variant(name: &str, content: &Value) -> Value {
    object(&json!({ name: content }))
}

fn object(properties: &Value) -> Value {
    let names: Vec<_> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}
