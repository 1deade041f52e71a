//! Vocabulary: words an organisation sorts its work by. Declared not personal, so they stand in the
//! log in clear. Parsed words are trimmed, without control characters, of a limited length.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::text;

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The longest word, in characters.
            pub const MAX: u32 = $max;

            /// Reads a word: trimmed, 1 to [`Self::MAX`] characters, none of them a control.
            ///
            /// # Errors
            /// Too short, too long, or a control character.
            pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
                let text = text.trim();
                text::check_length(text, 1, Self::MAX)?;
                text::check_one_line(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The JSON Schema of a word, marked as vocabulary.
            pub fn schema() -> Schema {
                json_schema!({
                    "type": "string",
                    "minLength": 1,
                    "maxLength": Self::MAX,
                    "x-docket": "vocabulary",
                })
            }

            /// The word as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
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
                Self::schema()
            }
        }
    };
}

word! {
    /// What a ticket is about, such as `technical_issue`; out of the list in the settings, or free.
    Category, 100
}
word! {
    /// A finer word within a category.
    Subcategory, 100
}
word! {
    /// A department of the organisation.
    Department, 100
}
word! {
    /// A tag on a ticket.
    Tag, 50
}
word! {
    /// The name of a ticket type.
    TypeName, 100
}
word! {
    /// What people read on a form: the label of a field, a section or an option.
    Label, 100
}
word! {
    /// What an option of a field stands for in data and filters, such as `n78`.
    OptionValue, 60
}
word! {
    /// The unit of a number on a form, such as `dBm`.
    Unit, 20
}
word! {
    /// The media type of a file, such as `image/png`.
    MediaType, 100
}
word! {
    /// The version of a program that reads text, such as `5.3.0`.
    EngineVersion, 100
}
word! {
    /// The models or the trained data that text is read with, such as `eng`.
    ModelName, 100
}
word! {
    /// The name of a work role, such as `Level 2`.
    RoleName, 100
}
word! {
    /// The name of a workflow.
    WorkflowName, 100
}
word! {
    /// The name of a step of a workflow, such as `Approval`.
    StepName, 60
}
word! {
    /// The name of an action on a task, such as `Send back`.
    ActionName, 60
}
word! {
    /// The name of an external system as the configuration calls it, such as `BMS`.
    SystemName, 60
}
word! {
    /// The name of a calendar, such as `Berlin office`.
    CalendarName, 100
}
word! {
    /// The name of a holiday, such as `New Year`.
    HolidayName, 100
}
word! {
    /// The name of an SLA policy, such as `Gold`.
    PolicyName, 100
}
word! {
    /// The name of a feature that the settings turn on or off.
    FeatureName, 100
}
word! {
    /// The name of a capability as the permission table calls it, such as `assign_ticket`.
    Capability, 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_trimmed_and_measured_in_characters() {
        assert_eq!(Tag::parse("  vip ").unwrap().as_str(), "vip");
        assert!(Tag::parse(&"障".repeat(50)).is_ok());
        assert_eq!(Tag::parse(&"障".repeat(51)), Err(FieldErrorKind::TooLong { max: 50 }));
        assert_eq!(Category::parse("   "), Err(FieldErrorKind::TooShort { min: 1 }));
        assert_eq!(Category::parse("a\0b"), Err(FieldErrorKind::ControlCharacter));
    }
}
