//! What a list can ask of the declared values of forms.

use chrono::{DateTime, NaiveDate, SecondsFormat, SubsecRound, Utc};
use domain::ticket_type::{FieldId, FieldKind, MAX_INTEGER};
use serde_json::Number;

/// Longer values are ordered by so many characters of their beginning: no index takes them whole.
pub(super) const MAX_KEY: usize = 200;

/// A filter by one field of the forms.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFilter {
    /// The field.
    pub field: FieldId,
    /// What its value has to be.
    pub is: DataMatch,
}

/// What the value of a field has to be. Tickets without a value never match.
#[derive(Debug, Clone, PartialEq)]
pub enum DataMatch {
    /// One of these, exactly as the data holds it, numbers and truth values as JSON writes them; of several options,
    /// one has to be among these. See [`data_text`].
    AnyOf(Vec<String>),
    /// This or greater.
    AtLeast(DataValue),
    /// Less than this.
    Below(DataValue),
}

/// A bound of a value. A bound of one order matches no value of the other.
#[derive(Debug, Clone, PartialEq)]
pub enum DataValue {
    /// Of texts, days, options and truth values: compared code point by code point.
    Text(String),
    /// Of numbers, and of moments as microseconds since 1970. Finite.
    Number(f64),
}

/// How the values of a field are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataOrder {
    /// As text, code point by code point: texts, days, options and truth values.
    Text,
    /// As numbers: numbers and moments.
    Number,
}

impl DataOrder {
    pub(crate) const ALL: [Self; 2] = [Self::Text, Self::Number];

    /// How values of a kind are ordered.
    pub fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Integer | FieldKind::Decimal | FieldKind::DateTime => Self::Number,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Boolean
            | FieldKind::Date
            | FieldKind::Select
            | FieldKind::MultiSelect
            | FieldKind::User
            | FieldKind::File
            | FieldKind::Url
            | FieldKind::Email
            | FieldKind::Phone => Self::Text,
        }
    }
}

impl DataValue {
    /// Reads a bound for values of a kind, as people write it in an address; none when it is no such value.
    pub fn parse(kind: FieldKind, text: &str) -> Option<Self> {
        let text = text.trim();
        match kind {
            FieldKind::Integer | FieldKind::Decimal => {
                text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Number)
            }
            FieldKind::DateTime => asked_moment(text).map(|moment| Self::Number(micros(&moment))),
            FieldKind::Date => {
                let day: NaiveDate = text.parse().ok()?;
                Some(Self::Text(day.to_string()))
            }
            FieldKind::Boolean => {
                let truth: bool = text.parse().ok()?;
                Some(Self::Text(truth.to_string()))
            }
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Select
            | FieldKind::MultiSelect
            | FieldKind::User
            | FieldKind::File
            | FieldKind::Url
            | FieldKind::Email
            | FieldKind::Phone => Some(Self::Text(text.to_owned())),
        }
    }
}

/// A moment as microseconds since 1970, which a float holds exactly for all years that data may name.
pub(crate) fn moment(text: &str) -> Option<f64> {
    DateTime::parse_from_rfc3339(text).ok().map(|moment| micros(&moment.to_utc()))
}

fn micros(moment: &DateTime<Utc>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "less than 2^53 until the year 2255")]
    let micros = moment.timestamp_micros() as f64;
    micros
}

/// A moment as people write it in an address, where a bare `+` stands for a space.
fn asked_moment(text: &str) -> Option<DateTime<Utc>> {
    let asked = DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
        .or_else(|_| DateTime::parse_from_rfc3339(text));
    asked.ok().map(|moment| moment.to_utc())
}

/// A text as the data of a kind holds it, such as `5` for `5.0` or a moment in UTC: what [`DataMatch::AnyOf`] takes.
/// None when it is no such value.
pub fn data_text(kind: FieldKind, text: &str) -> Option<String> {
    let text = text.trim();
    match kind {
        FieldKind::Integer | FieldKind::Decimal => {
            let number: f64 = text.parse().ok()?;
            Some(whole(number).map_or_else(
                || Number::from_f64(number).map(|number| number.to_string()),
                |whole| Some(whole.to_string()),
            )?)
        }
        FieldKind::DateTime => {
            let moment = asked_moment(text)?.trunc_subsecs(6);
            Some(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        FieldKind::Date | FieldKind::Boolean => match DataValue::parse(kind, text)? {
            DataValue::Text(text) => Some(text),
            DataValue::Number(_) => None,
        },
        FieldKind::User | FieldKind::File => Some(text.to_ascii_lowercase()),
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Select
        | FieldKind::MultiSelect
        | FieldKind::Url
        | FieldKind::Email
        | FieldKind::Phone => Some(text.to_owned()),
    }
}

/// The number, if it is whole and every reader of JSON keeps it exactly.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_precision_loss, reason = "the constant is exact")]
    let is_exact = number.fract() == 0.0 && number.abs() <= MAX_INTEGER as f64;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the range")]
    is_exact.then_some(number as i64)
}

/// The beginning of a text: at most so many characters.
pub(super) fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// The column of `ticket_data` with the values of an order.
pub(super) fn column(order: DataOrder) -> &'static str {
    match order {
        DataOrder::Text => "text",
        DataOrder::Number => "number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_spelled_as_the_data_holds_them() {
        let integer = |text| data_text(FieldKind::Integer, text);
        assert_eq!(integer(" 5.0 ").as_deref(), Some("5"));
        assert_eq!(integer("-0").as_deref(), Some("0"));
        assert_eq!(integer("five"), None);
        assert_eq!(integer("inf"), None);
        assert_eq!(data_text(FieldKind::Decimal, "-101.50").as_deref(), Some("-101.5"));
        let moment = data_text(FieldKind::DateTime, "2026-03-01T09:30:00.120+01:00");
        assert_eq!(moment.as_deref(), Some("2026-03-01T08:30:00.120Z"));
        let bare = data_text(FieldKind::DateTime, "2026-03-01T09:30:00.120 01:00");
        assert_eq!(bare, moment);
        assert_eq!(data_text(FieldKind::Boolean, "yes"), None);
        assert_eq!(data_text(FieldKind::Date, "2026-02-30"), None);
        assert_eq!(data_text(FieldKind::Select, "major").as_deref(), Some("major"));
    }

    #[test]
    fn bounds_are_read_by_kind() {
        assert_eq!(
            DataValue::parse(FieldKind::DateTime, "1970-01-01T00:00:01Z"),
            Some(DataValue::Number(1e6))
        );
        assert_eq!(
            DataValue::parse(FieldKind::DateTime, "1970-01-01T08:00:01 08:00"),
            Some(DataValue::Number(1e6))
        );
        assert_eq!(DataValue::parse(FieldKind::Decimal, "NaN"), None);
        let day = DataValue::parse(FieldKind::Date, "2026-03-01");
        assert_eq!(day, Some(DataValue::Text("2026-03-01".to_owned())));
    }
}
