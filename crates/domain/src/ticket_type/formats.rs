//! The forms of texts that are more than text: each as a regular expression that JSON Schema can
//! carry, so that this program and a client with the schema judge alike.

use std::sync::LazyLock;

use regex::Regex;

/// A form of text.
pub(super) struct Format {
    /// What `format` of JSON Schema calls it.
    pub(super) name: Option<&'static str>,
    /// What the whole text matches; anchored.
    pub(super) pattern: &'static str,
    /// The longest text, in characters.
    pub(super) max: u32,
    // A test shows that each one compiles.
    regex: LazyLock<Option<Regex>>,
}

impl Format {
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

macro_rules! format {
    ($(#[$doc:meta])* $static:ident, $name:expr, $max:literal, $pattern:expr) => {
        $(#[$doc])*
        pub(super) static $static: Format = Format {
            name: $name,
            pattern: $pattern,
            max: $max,
            regex: LazyLock::new(|| Regex::new($pattern).ok()),
        };
    };
}

format! {
    /// No control characters at all.
    ONE_LINE, None, 200, r"^[^\u0000-\u001f\u007f-\u009f]*$"
}
format! {
    /// No control characters but line feeds and tabs.
    LINES, None, 10_000, r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"
}
format! {
    /// A day from year 1000 to 2999; whether the month has it, the calendar says.
    DATE, Some("date"), 10, r"^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$"
}
format! {
    /// A moment from year 1000 to 2999 with its distance from UTC, no leap second.
    DATE_TIME, Some("date-time"), 40,
    r"^[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-][01][0-9]:[0-5][0-9])$"
}
format! {
    /// An id.
    UUID, Some("uuid"), 36, r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
}
format! {
    /// An address in ASCII with a domain of two labels or more (RFC 5321 without quotes). `format`
    /// is not given, as validators disagree about labels such as `ab--c`.
    EMAIL, None, 254,
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"
}
format! {
    /// The part of an e-mail address before the `@` is short.
    EMAIL_LOCAL, None, 254, "^[^@]{1,64}@"
}
format! {
    /// Digits, perhaps with a plus sign before them (E.164 and short numbers).
    PHONE, None, 16, r"^\+?[0-9]{3,15}$"
}
format! {
    /// An address on the web, in ASCII, without a user name (RFC 3986).
    URL, Some("uri"), 2_000,
    r"^https?://[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[0-9]{1,5})?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::EmailAddress;

    #[test]
    fn every_form_compiles_and_tells_good_from_bad() {
        let long = std::format!("{}@example.com", "a".repeat(65));
        let table: [(&Format, &[&str], &[&str]); 9] = [
            (&ONE_LINE, &["", "站 a"], &["a\tb", "a\nb", "\u{85}"]),
            (&LINES, &["a\n\tb"], &["a\rb", "\0"]),
            (&DATE, &["2026-02-28"], &["26-02-28", "3000-01-01", "2026-2-8", "2026-02-28 "]),
            (
                &DATE_TIME,
                &["2026-02-28T23:59:59Z", "2026-02-28T23:59:59.123456+08:00"],
                &["2026-02-28T23:59:60Z", "2026-02-28", "2026-02-28T23:59:59"],
            ),
            (&UUID, &["00000000-0000-0000-0000-00000000000a"], &["00000000", ""]),
            (
                &EMAIL,
                &["ada.l+x@mail.example.com"],
                &["ada", "a..b@example.com", "a@localhost", "a@-x.com", "a b@example.com"],
            ),
            (&EMAIL_LOCAL, &["a@b"], &[long.as_str()]),
            (&PHONE, &["+8613800138000", "110"], &["12", "+", "1 2 3", "1234567890123456"]),
            (
                &URL,
                &["https://example.com", "http://a:8080/b%20c?d=e#f"],
                &[
                    "ftp://a",
                    "https://",
                    "https://u@a",
                    "https://a/ b",
                    "https://a/%zz",
                    "javascript:1",
                ],
            ),
        ];
        for (format, good, bad) in table {
            assert!(format.regex.is_some(), "{}", format.pattern);
            for text in good {
                assert!(format.matches(text), "{text:?} for {}", format.pattern);
            }
            for text in bad {
                assert!(!format.matches(text), "{text:?} for {}", format.pattern);
            }
        }
    }

    #[test]
    fn an_address_on_a_form_is_an_address_elsewhere() {
        for text in ["ada.l+x@mail.example.com", "!#$%&'*+/=?^_`{|}~-@a-b.c-d", "a@1.b2"] {
            assert!(EMAIL.matches(text), "{text}");
            assert!(EmailAddress::parse(text).is_ok(), "{text}");
        }
    }
}
