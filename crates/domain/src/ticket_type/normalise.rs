//! One spelling for each value.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::{Map, Value};

use super::definition::{Definition, Field, Rules};
use crate::text::Text;

/// The greatest whole number that every reader of JSON keeps exactly: 2⁵³ − 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The data as it is judged and kept. Text is trimmed (and of one line, where that is asked for),
/// moments are in UTC, telephone numbers lose their spaces and brackets, whole numbers their point,
/// ids their capitals. `null`, text without a character and an empty list are no value and left
/// out. What is no value of its field stays as it is, and so do unknown fields.
#[must_use]
pub fn normalise(definition: &Definition, data: &Map<String, Value>) -> Map<String, Value> {
    let normal = |(name, value): (&String, &Value)| match definition.field(name) {
        None => Some((name.clone(), value.clone())),
        Some(field) => normalise_value(field, value).map(|value| (name.clone(), value)),
    };
    data.iter().filter_map(normal).collect()
}

/// The value in its one spelling; none, if it is no value.
pub(super) fn normalise_value(field: &Field, value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::Array(items) if items.is_empty() => None,
        Value::String(text) => Some(Value::String(normalise_text(field, text))),
        Value::Array(items) => Some(Value::Array(
            items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Value::String(normalise_text(field, text)),
                    other => other.clone(),
                })
                .collect(),
        )),
        Value::Number(number) => Some(normalise_number(number)),
        Value::Bool(_) | Value::Object(_) => Some(value.clone()),
    }
}

fn normalise_text(field: &Field, text: &str) -> String {
    let trimmed = text.trim();
    match &field.rules {
        Rules::Text { .. } => {
            Text::line(trimmed, 0, u32::MAX).map_or_else(|_| trimmed.to_owned(), Text::into_string)
        }
        Rules::LongText { .. } => {
            Text::lines(trimmed, 0, u32::MAX).map_or_else(|_| trimmed.to_owned(), Text::into_string)
        }
        Rules::DateTime(_) => {
            moment(trimmed).map_or_else(|| trimmed.to_owned(), |moment| moment_text(&moment))
        }
        Rules::Phone => {
            trimmed.chars().filter(|c| !c.is_whitespace() && !"-().".contains(*c)).collect()
        }
        Rules::User | Rules::File { .. } => trimmed.to_ascii_lowercase(),
        Rules::Integer(_)
        | Rules::Decimal(_)
        | Rules::Boolean
        | Rules::Date(_)
        | Rules::Select { .. }
        | Rules::MultiSelect { .. }
        | Rules::Url
        | Rules::Email => trimmed.to_owned(),
    }
}

/// Whole numbers of exact size without a point, so that 5 and 5.0 are one value.
fn normalise_number(number: &serde_json::Number) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "the constant is exact")]
    let exact = MAX_INTEGER as f64;
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the range")]
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= exact => {
            Value::from(float as i64)
        }
        Some(_) | None => Value::Number(number.clone()),
    }
}

/// The moment that an RFC 3339 text names, to the microsecond.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.to_utc().trunc_subsecs(6))
}

pub(super) fn moment_text(moment: &DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
