//! Identifiers. They are no personal data and stand in the log in clear.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::field::FieldErrorKind;
use crate::text;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The UUID behind this id.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = FieldErrorKind;

            fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| FieldErrorKind::Malformed { expected: "a UUID" })
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
                json_schema!({ "type": "string", "format": "uuid", "x-docket": "id" })
            }
        }
    };
}

uuid_id! {
    /// A ticket: the id of its stream.
    TicketId
}
uuid_id! {
    /// A user: the id of its stream.
    UserId
}
uuid_id! {
    /// A work role: the id of its stream.
    RoleId
}
uuid_id! {
    /// A workflow: the id of its stream.
    WorkflowId
}
uuid_id! {
    /// A task: the id of its stream.
    TaskId
}
uuid_id! {
    /// A request to an external system; never the secret that its answer needs.
    RequestId
}
uuid_id! {
    /// A calendar: the id of its stream.
    CalendarId
}
uuid_id! {
    /// An SLA policy: the id of its stream.
    SlaPolicyId
}
uuid_id! {
    /// A ticket type: the id of its stream.
    TicketTypeId
}
uuid_id! {
    /// A file on a ticket.
    FileId
}
uuid_id! {
    /// One try to read the text of a file.
    ReadingId
}
uuid_id! {
    /// A comment on a ticket.
    CommentId
}
uuid_id! {
    /// An API token; never its secret.
    TokenId
}

impl ReadingId {
    /// The first reading of a file, which nobody has to ask for.
    pub fn first_of(file: FileId) -> Self {
        Self(file.uuid())
    }
}

/// The number people call a ticket by: `TKT-2026-000123`. Numbers count from 1 in each year and may
/// have gaps; beyond 999,999 they grow longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketNumber {
    /// The year the ticket was opened in, in the configured time zone.
    pub year: u16,
    /// The number within the year, from 1.
    pub sequence: u32,
}

impl TicketNumber {
    /// The number `sequence` of `year`.
    pub fn new(year: u16, sequence: u32) -> Self {
        Self { year, sequence }
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TKT-{:04}-{:06}", self.year, self.sequence)
    }
}

impl FromStr for TicketNumber {
    type Err = FieldErrorKind;

    /// Reads `TKT-YYYY-NNNNNN`, upper or lower case; only the form that `Display` writes.
    fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
        parse_number(text)
            .ok_or(FieldErrorKind::Malformed { expected: "a ticket number like TKT-2026-000123" })
    }
}

fn parse_number(text: &str) -> Option<TicketNumber> {
    let mut parts = text.split('-');
    let (prefix, year, sequence) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !prefix.eq_ignore_ascii_case("TKT") {
        return None;
    }
    let number = TicketNumber::new(year.parse().ok()?, sequence.parse().ok()?);
    // Rules out a plus sign, missing zeros and a sequence of 0, so that a number has one spelling.
    (number.sequence > 0 && number.to_string().eq_ignore_ascii_case(text)).then_some(number)
}

impl Serialize for TicketNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for TicketNumber {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TicketNumber".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^TKT-[0-9]{4,5}-[0-9]{6,10}$",
            "x-docket": "id",
        })
    }
}

/// The id a ticket has in another system: 1–200 printable characters, no white space at its ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExternalId(String);

impl ExternalId {
    /// The longest external id, in characters.
    pub const MAX: u32 = 200;

    /// Reads an external id; nothing is trimmed, as another system compares it byte by byte.
    ///
    /// # Errors
    /// Too short, too long, a control character, or white space at an end.
    pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
        text::check_length(text, 1, Self::MAX)?;
        text::check_one_line(text)?;
        if text.trim() != text {
            return Err(FieldErrorKind::Malformed {
                expected: "text without white space at its ends",
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for ExternalId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExternalId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": Self::MAX, "x-docket": "id" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_number_has_one_spelling() {
        let number = TicketNumber::new(2026, 123);
        assert_eq!(number.to_string(), "TKT-2026-000123");
        assert_eq!("tkt-2026-000123".parse(), Ok(number));
        assert_eq!("TKT-2026-1000000".parse(), Ok(TicketNumber::new(2026, 1_000_000)));
        for bad in [
            "",
            "TKT-2026-123",
            "TKT-2026-000000",
            "TKT-2026-+00123",
            "TKT-26-000123",
            "TKT-2026-000123-1",
            "TKT-2026-99999999999",
            "XYZ-2026-000123",
        ] {
            assert!(bad.parse::<TicketNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_external_id_is_printable_and_tight() {
        assert!(ExternalId::parse("HDTS 42/故障").is_ok());
        assert!(ExternalId::parse(&"x".repeat(200)).is_ok());
        for bad in ["", " a", "a\t", "a\nb", "a\0", &"x".repeat(201)] {
            assert!(ExternalId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
