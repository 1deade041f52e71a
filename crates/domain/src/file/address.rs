//! Where a content lies in the store of files.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::field::FieldErrorKind;

const PATTERN: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{64}\\.(sealed|plain)$";

/// Where a content lies: `{id of its owner's key}/{64 hex digits}.sealed` or `.plain`, in one
/// spelling. It tells nothing of the content or of whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileAddress(String);

impl FileAddress {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of its owner's key.
    pub fn owner_key(&self) -> Uuid {
        let (owner, _) = self.0.split_once('/').unwrap_or_default();
        // Parsing made sure of it.
        Uuid::parse_str(owner).unwrap_or_default()
    }
}

impl fmt::Display for FileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<FileAddress> for String {
    fn from(address: FileAddress) -> Self {
        address.0
    }
}

impl TryFrom<String> for FileAddress {
    type Error = FieldErrorKind;

    fn try_from(text: String) -> Result<Self, FieldErrorKind> {
        if is_address(&text) {
            Ok(Self(text))
        } else {
            Err(FieldErrorKind::Malformed { expected: "the address of a file" })
        }
    }
}

impl FromStr for FileAddress {
    type Err = FieldErrorKind;

    fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
        Self::try_from(text.to_owned())
    }
}

fn is_address(text: &str) -> bool {
    let Some((owner, content)) = text.split_once('/') else { return false };
    let Some((name, ending)) = content.split_once('.') else { return false };
    let one_spelling = Uuid::parse_str(owner).is_ok_and(|id| id.to_string() == owner);
    let hex = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    one_spelling
        && name.len() == 64
        && name.chars().all(hex)
        && matches!(ending, "sealed" | "plain")
}

impl JsonSchema for FileAddress {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FileAddress".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN, "x-docket": "id" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling_and_names_its_owners_key() {
        let owner = Uuid::from_u128(0xA0);
        let name = "0f".repeat(32);
        let good = format!("{owner}/{name}.sealed");
        let address: FileAddress = good.parse().unwrap();
        assert_eq!(address.owner_key(), owner);
        assert_eq!(address.to_string(), good);
        assert!(format!("{owner}/{name}.plain").parse::<FileAddress>().is_ok());
        for bad in [
            "",
            "/",
            &format!("{owner}/{name}"),
            &format!("{owner}/{name}.exe"),
            &format!("{owner}/{name}.sealed.sealed"),
            &format!("{owner}/{}.sealed", "0F".repeat(32)),
            &format!("{owner}/{}.sealed", "0f".repeat(31)),
            &format!("{}/{name}.sealed", owner.simple()),
            &format!("{}/{name}.sealed", owner.to_string().to_uppercase()),
            &format!("../{name}.sealed"),
        ] {
            assert!(bad.parse::<FileAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_address_in_the_log_is_malformed() {
        assert!(serde_json::from_str::<FileAddress>("\"../etc\"").is_err());
    }
}
