//! Patterns of text fields.

use std::fmt;
use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::text;

const EXPECTED: &str = "a regular expression of literals, `.`, classes such as `[A-Z]`, `\\d`, \
                        `\\w` and `\\s`, groups, `|` and quantifiers";
/// What a compiled pattern may take, in bytes. Matching takes time linear in the text whatever the
/// pattern; this bounds the factor.
const MAX_COMPILED: usize = 256 * 1024;
/// How deeply groups may be nested.
const MAX_NESTED: u32 = 16;

/// A regular expression that the whole text has to match, in the part of the language that means
/// the same to this program and to ECMAScript: no anchors, look-around, references or flags.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Pattern {
    text: String,
    /// The compiled pattern, from its first use on: an import asks it of every row. None, if an
    /// event holds what is no pattern any more.
    compiled: Arc<OnceLock<Option<Regex>>>,
}

impl Pattern {
    /// The longest pattern, in characters.
    pub const MAX: u32 = 200;

    /// Reads a pattern; nothing is trimmed.
    ///
    /// # Errors
    /// Too short, too long, another language, or one that would grow too large.
    pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
        text::check_length(text, 1, Self::MAX)?;
        let pattern = Self::from(text.to_owned());
        match pattern.compiled() {
            Some(_) => Ok(pattern),
            None => Err(FieldErrorKind::Malformed { expected: EXPECTED }),
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether all of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    /// The pattern anchored, without anything that is read differently elsewhere: for JSON Schema.
    pub fn portable(&self) -> Option<String> {
        translate(&self.text).map(|inner| format!("^(?:{inner})$"))
    }

    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.compile()).as_ref()
    }

    fn compile(&self) -> Option<Regex> {
        RegexBuilder::new(&self.portable()?)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .nest_limit(MAX_NESTED)
            .build()
            .ok()
    }
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self { text, compiled: Arc::default() }
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.text).finish()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": Self::MAX, "x-docket": "vocabulary" })
    }
}

/// What `\s` means to ECMAScript, for the inside of a class. It ends with a range, as all of them do, so
/// that a dash behind it begins none.
const SPACES: &str =
    r"\u0009-\u000d\u0020\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\u2000-\u200a";

/// The pattern with classes written out; none if it leaves the common language. Ranges, counts and
/// parentheses are left to the compiler of the result.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    let mut quantifiable = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let escaped = rest.next()?;
                match class_of(escaped) {
                    Some((inside, Sense::These)) => out.extend(["[", inside, "]"]),
                    Some((inside, Sense::TheRest)) => out.extend(["[^", inside, "]"]),
                    None if is_syntax(escaped) => out.extend(['\\', escaped]),
                    // Many write it so out of habit; read strictly, it may not be escaped here.
                    None if escaped == '-' => out.push('-'),
                    None => return None,
                }
                quantifiable = true;
            }
            '.' => {
                out.push_str(r"[^\n\r\u2028\u2029]");
                quantifiable = true;
            }
            '[' => {
                translate_class(&mut rest, &mut out)?;
                quantifiable = true;
            }
            '(' => {
                out.push('(');
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                }
                out.push_str("?:");
                quantifiable = false;
            }
            ')' => {
                out.push(')');
                quantifiable = true;
            }
            '|' => {
                out.push('|');
                quantifiable = false;
            }
            '*' | '+' | '?' | '{' if quantifiable => {
                out.push(c);
                if c == '{' {
                    translate_count(&mut rest, &mut out)?;
                }
                if rest.next_if_eq(&'?').is_some() {
                    out.push('?');
                }
                quantifiable = false;
            }
            '*' | '+' | '?' | '{' | '}' | ']' | '^' | '$' => return None,
            c if c.is_control() => return None,
            c => {
                out.push(c);
                quantifiable = true;
            }
        }
    }
    Some(out)
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The rest of `{2}`, `{2,}` or `{2,3}`.
fn translate_count(rest: &mut Rest<'_>, out: &mut String) -> Option<()> {
    let (mut digits, mut commas) = (0, 0);
    loop {
        let c = rest.next()?;
        out.push(c);
        match c {
            '0'..='9' => digits += 1,
            ',' if digits > 0 && commas == 0 => commas += 1,
            '}' if digits > 0 => return Some(()),
            _ => return None,
        }
    }
}

/// The rest of `[…]`.
fn translate_class(rest: &mut Rest<'_>, out: &mut String) -> Option<()> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut previous = None;
    // A class as the end of a range is read as something else by each reader.
    let mut range = Range::None;
    loop {
        let c = rest.next()?;
        range = match (range, c) {
            (Range::Begun, '-') if rest.peek() != Some(&']') => Range::Open,
            (Range::Open, '\\') if rest.peek().is_some_and(|next| class_of(*next).is_some()) => {
                return None;
            }
            (Range::None | Range::Begun, '\\')
                if rest.peek().is_some_and(|next| class_of(*next).is_some()) =>
            {
                Range::None
            }
            (Range::Open, _) => Range::None,
            (Range::None | Range::Begun, _) => Range::Begun,
        };
        match c {
            ']' if previous.is_some() => {
                out.push(']');
                return Some(());
            }
            '\\' => {
                let escaped = rest.next()?;
                match class_of(escaped) {
                    Some((inside, Sense::These)) => out.push_str(inside),
                    None if escaped == '-' || is_syntax(escaped) => out.extend(['\\', escaped]),
                    Some((_, Sense::TheRest)) | None => return None,
                }
            }
            '[' | ']' | '^' => return None,
            // Doubled, they stand for operations on sets.
            '&' | '~' if previous == Some(c) => return None,
            '-' if previous == Some('-') => return None,
            c if c.is_control() => return None,
            '&' => out.push_str(r"\u0026"),
            '~' => out.push_str(r"\u007e"),
            c => out.push(c),
        }
        previous = Some(c);
    }
}

/// How far a range such as `a-z` has come.
enum Range {
    /// No character that one could begin with.
    None,
    /// Its first character.
    Begun,
    /// The character and the dash.
    Open,
}

/// Whether a class stands for its characters or for all others.
enum Sense {
    These,
    TheRest,
}

/// What `\d` and its like stand for, written as the inside of a class.
fn class_of(letter: char) -> Option<(&'static str, Sense)> {
    match letter {
        'd' => Some(("0-9", Sense::These)),
        'w' => Some(("_0-9A-Za-z", Sense::These)),
        's' => Some((SPACES, Sense::These)),
        'D' => Some(("0-9", Sense::TheRest)),
        'W' => Some(("_0-9A-Za-z", Sense::TheRest)),
        'S' => Some((SPACES, Sense::TheRest)),
        _ => None,
    }
}

fn is_syntax(c: char) -> bool {
    r"^$\.*+?()[]{}|/".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn the_whole_text_has_to_match() {
        let site = pattern(r"[A-Z]{2}-\d{4}|test");
        for good in ["BJ-0042", "test"] {
            assert!(site.matches(good), "{good}");
        }
        for bad in ["xBJ-0042", "BJ-00421", "tests", "BJ-٠٠٤٢", ""] {
            assert!(!site.matches(bad), "{bad}");
        }
        assert!(pattern(r"\d{2}\-\d").matches("12-3"));
        assert!(pattern("基站.+").matches("基站北京"));
        assert!(pattern(r"[\w.&~-]+\s\S").matches("a_b.&~- c"));
        assert!(!pattern(".").matches("\u{2028}"));
        for dashed in
            [r"[-\d]", r"[a-c-\d]", r"[\d-]", r"[\w-z]", r"[\w-\d]", r"[\s\d-.]", r"[\d\s-~]"]
        {
            let dashed = pattern(dashed);
            assert!(dashed.matches("1") && dashed.matches("-"), "{dashed}");
            assert!(!dashed.matches("`"), "{dashed}");
        }
    }

    #[test]
    fn what_is_read_differently_elsewhere_or_grows_is_refused() {
        for bad in [
            "",
            "(",
            "a)",
            "[",
            "[]",
            "[a",
            "a**",
            "a++",
            "*a",
            "a{",
            "a{x}",
            "a{,3}",
            "]",
            "}",
            "^a",
            "a$",
            r"\b",
            r"\p{L}",
            r"\1",
            r"\x41",
            "(?i)a",
            "(?=a)",
            "(?<n>a)",
            "[[a]]",
            "[a&&b]",
            "[z-a]",
            "[a--b]",
            r"[\D]",
            r"[+-\d]",
            r"[a\--\w]",
            r"\",
            "a{2,1}",
            "(a{1000}){1000}",
            "a\nb",
            &"(".repeat(100),
            &"a".repeat(201),
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_pattern_is_compiled_once_for_all_its_copies() {
        let (one, other) = (pattern("a+"), pattern("a+"));
        assert!(std::ptr::eq(one.compiled().unwrap(), one.clone().compiled().unwrap()));
        assert_eq!(one, other);
        let read: Pattern = serde_json::from_str("\"a+\"").unwrap();
        assert_eq!(
            (serde_json::to_string(&read).unwrap().as_str(), read.matches("aa")),
            ("\"a+\"", true)
        );
    }

    #[test]
    fn a_pattern_that_would_blow_up_elsewhere_does_not() {
        let text = format!("{}!", "a".repeat(20_000));
        assert!(!pattern("(a+)+").matches(&text));
        assert!(!pattern("(a|a|aa)*b").matches(&text));
    }
}
