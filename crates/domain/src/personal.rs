//! Text about a person, which can be forgotten.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The JSON key that marks a personal value: `{"$personal": value}`, or `{"$personal": null}` once
/// erased. The log seals what stands under it.
pub const MARKER: &str = "$personal";

/// A value about a person: known, or erased at that person's request.
///
/// Its `Debug` shows no content, so that a log line cannot give it away.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// The value.
    Known(T),
    /// The value was erased, and its key with it.
    Erased,
}

impl<T> Personal<T> {
    /// The value, unless erased.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }

    /// The value itself, unless erased.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }

    /// Whether the value was erased.
    pub fn is_erased(&self) -> bool {
        matches!(self, Self::Erased)
    }
}

impl Personal<String> {
    /// The text, unless erased.
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }

    /// Whether the text is known and equals `other`.
    pub fn is(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Personal(known)",
            Self::Erased => "Personal(erased)",
        })
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(MARKER, &self.known())?;
        map.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Deserialize<'de>")]
struct Wire<T> {
    // `deserialize_with` makes the key required: an object without it is malformed, not erased.
    #[serde(rename = "$personal", deserialize_with = "Option::deserialize")]
    value: Option<T>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        Ok(wire.value.map_or(Self::Erased, Self::Known))
    }
}

impl<T: JsonSchema> JsonSchema for Personal<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Personal_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Option<T>>();
        json_schema!({
            "type": "object",
            "x-docket": "personal",
            "properties": { "$personal": value },
            "required": ["$personal"],
            "additionalProperties": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_value_and_an_erased_one_keep_their_marker() {
        let known = Personal::from("Ada");
        let json = serde_json::to_string(&known).unwrap();
        assert_eq!(json, r#"{"$personal":"Ada"}"#);
        assert_eq!(serde_json::from_str::<Personal<String>>(&json).unwrap(), known);

        let json = serde_json::to_string(&Personal::<String>::Erased).unwrap();
        assert_eq!(json, r#"{"$personal":null}"#);
        assert!(serde_json::from_str::<Personal<String>>(&json).unwrap().is_erased());
    }

    #[test]
    fn an_object_without_the_marker_is_malformed() {
        assert!(serde_json::from_str::<Personal<String>>("{}").is_err());
        assert!(serde_json::from_str::<Personal<String>>(r#"{"$personal":"a","x":1}"#).is_err());
        assert!(serde_json::from_str::<Personal<String>>(r#""Ada""#).is_err());
    }

    #[test]
    fn debug_shows_no_content() {
        assert!(!format!("{:?}", Personal::Known("Ada")).contains("Ada"));
    }
}
