//! Parsers of a ticket's fields, one each. Vocabulary, ids and closed sets parse themselves.

use serde_json::{Map, Value};

use crate::field::FieldErrorKind;
use crate::personal::Personal;
use crate::settings::{Limits, Settings};
use crate::text::Text;
use crate::vocabulary::{Category, Tag};

/// The greatest number of tags on a ticket.
pub const MAX_TAGS: usize = 50;
const MAX_COMMENT: u32 = 20_000;
const MAX_REASON: u32 = 2_000;
const MAX_NAME: u32 = 200;
const MAX_DEVICE: u32 = 100;
const MAX_FILE_NAME_BYTES: u32 = 255;
const MAX_DATA_BYTES: usize = 64 * 1024;
const MAX_DATA_DEPTH: usize = 16;

/// Reads a subject: one line, trimmed, as long as the limits say.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_subject(text: &str, limits: &Limits) -> Result<Text, FieldErrorKind> {
    Text::line(text, limits.subject_min, limits.subject_max)
}

/// Reads a description: as it stands, as long as the limits say.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_description(text: &str, limits: &Limits) -> Result<Text, FieldErrorKind> {
    Text::lines(text, limits.description_min, limits.description_max)
}

/// Reads a category; under strict categories only one out of the list.
///
/// # Errors
/// Too short, too long, a control character, or not in the list.
pub fn parse_category(text: &str, settings: &Settings) -> Result<Category, FieldErrorKind> {
    let category = Category::parse(text)?;
    if settings.strict_categories && !settings.categories.contains(&category) {
        let allowed = settings.categories.iter().map(ToString::to_string).collect();
        return Err(FieldErrorKind::NotOneOf { allowed });
    }
    Ok(category)
}

/// Reads tags: each trimmed and once, in the order given.
///
/// # Errors
/// A bad tag, or more than [`MAX_TAGS`].
pub fn parse_tags<S: AsRef<str>>(texts: &[S]) -> Result<Vec<Tag>, FieldErrorKind> {
    let mut tags = Vec::with_capacity(texts.len().min(MAX_TAGS));
    for text in texts {
        let tag = Tag::parse(text.as_ref())?;
        if tags.contains(&tag) {
            continue;
        }
        if tags.len() == MAX_TAGS {
            return Err(FieldErrorKind::TooMany { max: MAX_TAGS });
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// Reads the text of a comment: 1–20,000 characters, not only white space.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_comment(text: &str) -> Result<Text, FieldErrorKind> {
    if text.trim().is_empty() {
        return Err(FieldErrorKind::TooShort { min: 1 });
    }
    Text::lines(text, 1, MAX_COMMENT)
}

/// Reads a reason: 1–2,000 characters.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_reason(text: &str) -> Result<Text, FieldErrorKind> {
    Text::lines(text.trim(), 1, MAX_REASON)
}

/// Reads a customer's name: one line of 1–200 characters, trimmed.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_customer_name(text: &str) -> Result<Text, FieldErrorKind> {
    Text::line(text, 1, MAX_NAME)
}

/// Reads a customer's id: one line of 1–200 characters, trimmed.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_customer_id(text: &str) -> Result<Text, FieldErrorKind> {
    Text::line(text, 1, MAX_NAME)
}

/// Reads a browser or a kind of device: one line of 1–100 characters, trimmed.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_device(text: &str) -> Result<Text, FieldErrorKind> {
    Text::line(text, 1, MAX_DEVICE)
}

/// Reads the name of a file: one line of 1 to 255 bytes, not only dots, and without what separates
/// folders. Names of what was uploaded are cleaned before; a name that a person chose is not changed
/// behind their back.
///
/// # Errors
/// Too short, too long, a control character, or a path.
pub fn parse_file_name(text: &str) -> Result<Text, FieldErrorKind> {
    let name = Text::line(text, 1, MAX_FILE_NAME_BYTES)?;
    if name.as_str().len() > MAX_FILE_NAME_BYTES as usize {
        return Err(FieldErrorKind::TooLong { max: MAX_FILE_NAME_BYTES });
    }
    if name.as_str().contains(['/', '\\']) || name.as_str().chars().all(|c| c == '.') {
        return Err(FieldErrorKind::Malformed { expected: "a file name without a path" });
    }
    Ok(name)
}

/// Form data of a ticket: a JSON object of limited size and depth, without NUL characters.
#[derive(Clone, PartialEq)]
pub struct FormData(Map<String, Value>);

impl FormData {
    /// The object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The object as an event holds it.
    pub fn into_personal(self) -> Personal<Map<String, Value>> {
        Personal::Known(self.0)
    }
}

impl std::fmt::Debug for FormData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FormData({} fields)", self.0.len())
    }
}

/// Reads form data: a JSON object of at most 64 KiB as compact JSON, nested at most 16 levels deep,
/// whose names and texts hold no NUL (a database cannot keep it).
///
/// # Errors
/// No object, too large, too deep, or a NUL.
pub fn parse_data(value: Value) -> Result<FormData, FieldErrorKind> {
    let Value::Object(map) = value else {
        return Err(FieldErrorKind::WrongType { expected: "an object" });
    };
    check_object(&map, 1)?;
    let bytes = serde_json::to_vec(&map).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_DATA_BYTES {
        return Err(FieldErrorKind::TooLarge { max_bytes: MAX_DATA_BYTES });
    }
    Ok(FormData(map))
}

fn check_object(map: &Map<String, Value>, depth: usize) -> Result<(), FieldErrorKind> {
    check_depth(depth)?;
    map.iter().try_for_each(|(name, value)| {
        check_nul(name)?;
        check_value(value, depth)
    })
}

fn check_value(value: &Value, depth: usize) -> Result<(), FieldErrorKind> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => check_nul(text),
        Value::Array(items) => {
            check_depth(depth + 1)?;
            items.iter().try_for_each(|item| check_value(item, depth + 1))
        }
        Value::Object(map) => check_object(map, depth + 1),
    }
}

fn check_depth(depth: usize) -> Result<(), FieldErrorKind> {
    if depth > MAX_DATA_DEPTH {
        return Err(FieldErrorKind::TooDeep { max: MAX_DATA_DEPTH });
    }
    Ok(())
}

fn check_nul(text: &str) -> Result<(), FieldErrorKind> {
    if text.contains('\0') { Err(FieldErrorKind::ControlCharacter) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_subject_is_measured_in_characters_after_trimming() {
        let limits = Limits::default();
        assert!(parse_subject(&format!("  {}  ", "障".repeat(200)), &limits).is_ok());
        let long = parse_subject(&"障".repeat(201), &limits);
        assert_eq!(long, Err(FieldErrorKind::TooLong { max: 200 }));
        assert_eq!(parse_subject("", &limits), Err(FieldErrorKind::TooShort { min: 1 }));
    }

    #[test]
    fn a_description_keeps_to_the_limits_in_force() {
        assert!(parse_description("", &Limits::default()).is_ok());
        assert!(parse_description(&"x".repeat(20_000), &Limits::default()).is_ok());
        let long = parse_description(&"x".repeat(20_001), &Limits::default());
        assert_eq!(long, Err(FieldErrorKind::TooLong { max: 20_000 }));
        let short = parse_description("too short", &Limits::customer_support());
        assert_eq!(short, Err(FieldErrorKind::TooShort { min: 10 }));
    }

    #[test]
    fn tags_are_counted_once_each() {
        let many: Vec<_> = (0..100).map(|n| (n % 50).to_string()).collect();
        assert_eq!(parse_tags(&many).unwrap().len(), 50);
        let more: Vec<_> = (0..51).map(|n| n.to_string()).collect();
        assert_eq!(parse_tags(&more), Err(FieldErrorKind::TooMany { max: 50 }));
    }

    #[test]
    fn a_comment_of_white_space_is_empty() {
        assert_eq!(parse_comment(" \n"), Err(FieldErrorKind::TooShort { min: 1 }));
        assert!(parse_comment("ok").is_ok());
    }

    #[test]
    fn form_data_has_its_bounds() {
        let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert!(parse_data(nested(16)).is_ok());
        assert_eq!(parse_data(nested(17)), Err(FieldErrorKind::TooDeep { max: 16 }));
        let lists = (0..16).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(parse_data(json!({ "a": lists })), Err(FieldErrorKind::TooDeep { max: 16 }));

        let sized = |bytes: usize| json!({ "a": "x".repeat(bytes - 8) });
        assert!(parse_data(sized(64 * 1024)).is_ok());
        let large = FieldErrorKind::TooLarge { max_bytes: 65_536 };
        assert_eq!(parse_data(sized(64 * 1024 + 1)), Err(large));

        assert!(parse_data(json!("x")).is_err());
        assert_eq!(parse_data(json!({ "a": ["\0"] })), Err(FieldErrorKind::ControlCharacter));
        assert_eq!(parse_data(json!({ "\0": 1 })), Err(FieldErrorKind::ControlCharacter));
    }
}
