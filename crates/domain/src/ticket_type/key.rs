//! Short ids that people choose for the parts of a form.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::text;
use crate::workflow::slug;

const PATTERN: &str = "^[a-z][a-z0-9_]*$";

slug! {
    /// A field within its form, such as `site_id`: the name of its value in the data.
    FieldId,
    "Reads an id: 1 to [`Self::MAX`] of `a-z`, `0-9` and `_`, a letter first, so that it can stand \
     behind the dot of `data.site_id`.",
    PATTERN,
    check
}
slug! {
    /// A section within its form.
    SectionId,
    "Reads an id: 1 to [`Self::MAX`] of `a-z`, `0-9` and `_`, a letter first.",
    PATTERN,
    check
}

fn check(text: &str, max: u32) -> Result<(), FieldErrorKind> {
    text::check_length(text, 1, max)?;
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(inner) {
        Ok(())
    } else {
        Err(FieldErrorKind::Malformed {
            expected: "lower-case letters, digits and `_`, a letter first",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_lower_case_and_begins_with_a_letter() {
        for good in ["a", "site_id", "n78", &"x".repeat(40)] {
            assert!(FieldId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " a", "A", "7a", "_a", "a-b", "a.b", "站", &"x".repeat(41)] {
            assert!(FieldId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
