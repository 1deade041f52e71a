//! Short ids that people choose for the parts of a workflow.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::text;

const EXPECTED: &str =
    "lower-case letters, digits, `-` and `_`, with a letter or digit at its ends";
const PATTERN: &str = "^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$";

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, $reads:literal, $pattern:expr, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The longest id, in characters.
            pub const MAX: u32 = 40;

            #[doc = $reads]
            ///
            /// Nothing is trimmed or folded, so that an id has one spelling.
            ///
            /// # Errors
            /// Too short, too long, or another character.
            pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
                $check(text, Self::MAX)?;
                Ok(Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": $pattern,
                    "maxLength": Self::MAX,
                    "x-docket": "id",
                })
            }
        }
    };
}

pub(crate) use slug;

slug! {
    /// A step within its workflow, such as `approval`.
    StepId,
    "Reads an id: 1 to [`Self::MAX`] of `a-z`, `0-9`, `-` and `_`, the latter two not at its ends.",
    PATTERN,
    check
}
slug! {
    /// An action within its step, such as `approve`.
    ActionId,
    "Reads an id: 1 to [`Self::MAX`] of `a-z`, `0-9`, `-` and `_`, the latter two not at its ends.",
    PATTERN,
    check
}
slug! {
    /// How a workflow ended, such as `rejected`.
    Outcome,
    "Reads an id: 1 to [`Self::MAX`] of `a-z`, `0-9`, `-` and `_`, the latter two not at its ends.",
    PATTERN,
    check
}

fn check(text: &str, max: u32) -> Result<(), FieldErrorKind> {
    text::check_length(text, 1, max)?;
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let ends_well = !text.starts_with(['-', '_']) && !text.ends_with(['-', '_']);
    if ends_well && text.chars().all(inner) {
        Ok(())
    } else {
        Err(FieldErrorKind::Malformed { expected: EXPECTED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_lower_case_and_tight() {
        for good in ["a", "7", "level-2", "send_back", &"x".repeat(40)] {
            assert!(StepId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " a", "a ", "A", "é", "a b", "-a", "a_", "a.b", &"x".repeat(41)] {
            assert!(StepId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
