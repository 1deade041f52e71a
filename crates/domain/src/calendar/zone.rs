//! Time zones by their IANA names.

use std::fmt;

use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::FieldErrorKind;

/// A time zone of the IANA database, written by its name: `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(pub Tz);

impl Zone {
    /// Reads a name as the database spells it.
    ///
    /// # Errors
    /// No such time zone.
    pub fn parse(name: &str) -> Result<Self, FieldErrorKind> {
        let expected = "a time zone of the IANA database such as Europe/Berlin";
        name.trim().parse().map(Self).map_err(|_| FieldErrorKind::Malformed { expected })
    }

    /// The name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Zone {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "x-docket": "vocabulary" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written() {
        assert_eq!(Zone::parse(" Asia/Shanghai ").unwrap().to_string(), "Asia/Shanghai");
        for bad in ["", "Mars/Olympus", "europe/berlin", "+02:00"] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }
}
