//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use crate::field::FieldErrorKind;
use crate::personal::Personal;

/// An address of the form `local@domain`, at most 254 characters, spelled as it was given.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The longest address, in characters (RFC 5321).
    pub const MAX: u32 = 254;

    /// Reads an address, trimmed, without a display name.
    ///
    /// # Errors
    /// Too long, or no address.
    pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
        let text = text.trim();
        crate::text::check_length(text, 0, Self::MAX)?;
        crate::text::check_one_line(text)?;
        let options = email_address::Options::default().without_display_text();
        email_address::EmailAddress::parse_with_options(text, options)
            .map_err(|_| FieldErrorKind::NotAnEmail)?;
        Ok(Self(text.to_owned()))
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address share: all of it in lower case.
    pub fn identity(&self) -> String {
        self.0.to_lowercase()
    }

    /// The address as an event holds it.
    pub fn into_personal(self) -> Personal<String> {
        Personal::Known(self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = FieldErrorKind;

    fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
        Self::parse(text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_spelling_and_has_one_identity() {
        let address = EmailAddress::parse(" Ada.L@Example.com ").unwrap();
        assert_eq!(address.as_str(), "Ada.L@Example.com");
        assert_eq!(address.identity(), "ada.l@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "Ada <ada@example.com>",
            "a b@example.com",
            "a@b\n.c",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        assert_eq!(EmailAddress::parse(&long), Err(FieldErrorKind::TooLong { max: 254 }));
    }
}
