//! Data as an event holds it: what is declared in clear, what is personal sealed.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::definition::Definition;
use super::values::Privacy;
use crate::personal::Personal;
use crate::ticket::FormData;

/// Values of the fields that their type declares not personal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeclaredData(pub Map<String, Value>);

impl DeclaredData {
    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl JsonSchema for DeclaredData {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DeclaredData".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": {
                "type": ["string", "number", "boolean", "array"],
                "items": { "type": "string" },
            },
            "x-docket": "vocabulary",
        })
    }
}

/// Data in its two parts, ready for an event.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitData {
    /// What stays when a person is erased.
    pub declared: DeclaredData,
    /// What goes; none, if there is nothing of the kind.
    pub personal: Option<Personal<Map<String, Value>>>,
}

impl SplitData {
    /// Splits validated data by what the form declares of each field.
    pub fn of(definition: &Definition, data: &FormData) -> Self {
        let is_declared = |name: &str| match definition.field(name).map(|field| field.privacy) {
            Some(Privacy::Declared | Privacy::Filterable) => true,
            Some(Privacy::Personal) | None => false,
        };
        let (declared, personal): (Map<_, _>, Map<_, _>) =
            data.as_map().clone().into_iter().partition(|(name, _)| is_declared(name));
        Self {
            declared: DeclaredData(declared),
            personal: (!personal.is_empty()).then_some(Personal::Known(personal)),
        }
    }

    /// All values there still are.
    pub fn joined(&self) -> Map<String, Value> {
        let personal = self.personal.as_ref().and_then(Personal::known);
        let mut data = personal.cloned().unwrap_or_default();
        data.extend(self.declared.0.clone());
        data
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::ticket_type::samples::{good, map, site_fault};
    use crate::ticket_type::{FormFacts, validate};

    #[test]
    fn data_is_split_and_joined_and_what_is_declared_outlives_its_person() {
        let form = site_fault().definition;
        let data = validate(&form, &map(good()), &FormFacts::default()).unwrap();
        let mut split = SplitData::of(&form, &data);
        assert_eq!(split.joined(), *data.as_map());
        assert_eq!(split.declared.0["site_id"], "BJ-0042");
        assert!(split.personal.as_ref().unwrap().known().unwrap().contains_key("what_happened"));

        split.personal = Some(Personal::Erased);
        assert_eq!(split.joined(), split.declared.0);
        assert!(!split.joined().contains_key("what_happened"));
    }

    #[test]
    fn the_schema_of_what_stands_in_clear_says_so() {
        let schema = schemars::schema_for!(DeclaredData);
        assert_eq!(crate::schema_test::offences(schema.as_value()), [""; 0]);
    }
}
