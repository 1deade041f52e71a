//! Whether a normalised value fits its field.

use std::fmt::Display;

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::decimal::is_multiple;
use super::definition::{Choice, Field, NumberRules, Rules, Span, open_values};
use super::field_problem::FieldProblemKind;
use super::fixed::Day;
use super::formats::{self, Format};
use super::normalise::{moment, moment_text};
use super::pattern::Pattern;
use super::validate::{FormFacts, Wrong};
use crate::field::FieldErrorKind;
use crate::ids::{FileId, UserId};
use crate::text::check_length;
use crate::vocabulary::MediaType;

pub(super) fn check_value(field: &Field, value: &Value, facts: &FormFacts) -> Result<(), Wrong> {
    match &field.rules {
        Rules::Select { options } => here(text(value).and_then(|text| offered(options, text))),
        Rules::MultiSelect { options, max_count } => {
            each(value, *max_count, |text| offered(options, text))
        }
        Rules::File { max_count, media_types } => {
            each(value, *max_count, |text| known_file(text, media_types, facts))
        }
        Rules::User => here(text(value).and_then(|text| known_user(text, facts))),
        Rules::Text { .. }
        | Rules::LongText { .. }
        | Rules::Integer(_)
        | Rules::Decimal(_)
        | Rules::Boolean
        | Rules::Date(_)
        | Rules::DateTime(_)
        | Rules::Url
        | Rules::Email
        | Rules::Phone => here(check_plain(&field.rules, value)),
    }
}

/// Values that need no look at anything else.
fn check_plain(rules: &Rules, value: &Value) -> Result<(), FieldProblemKind> {
    match rules {
        Rules::Text { min_length, max_length, pattern } => {
            let text = text(value)?;
            check_length(text, *min_length, *max_length)?;
            free_of_controls(text, &formats::ONE_LINE)?;
            matching(text, pattern.as_ref())
        }
        Rules::LongText { min_length, max_length } => {
            let text = text(value)?;
            check_length(text, *min_length, *max_length)?;
            free_of_controls(text, &formats::LINES)
        }
        Rules::Integer(rules) => integer(value, rules),
        Rules::Decimal(rules) => decimal(value, rules),
        Rules::Boolean if value.is_boolean() => Ok(()),
        Rules::Boolean => Err(FieldErrorKind::WrongType { expected: "true or false" }.into()),
        Rules::Date(span) => date(text(value)?, span),
        Rules::DateTime(span) => date_time(text(value)?, span),
        Rules::Url => formed(text(value)?, &formats::URL, "a web address (http or https)"),
        Rules::Email => {
            let text = text(value)?;
            check_length(text, 0, formats::EMAIL.max)?;
            if formats::EMAIL.matches(text) && formats::EMAIL_LOCAL.matches(text) {
                Ok(())
            } else {
                Err(FieldErrorKind::NotAnEmail.into())
            }
        }
        Rules::Phone => formed(text(value)?, &formats::PHONE, "a telephone number"),
        Rules::Select { .. } | Rules::MultiSelect { .. } | Rules::User | Rules::File { .. } => {
            Ok(())
        }
    }
}

fn here(checked: Result<(), FieldProblemKind>) -> Result<(), Wrong> {
    checked.map_err(|kind| (String::new(), kind))
}

fn text(value: &Value) -> Result<&str, FieldProblemKind> {
    value.as_str().ok_or_else(|| FieldErrorKind::WrongType { expected: "a string" }.into())
}

/// A list of texts, each once, each fitting.
fn each(
    value: &Value,
    max: u32,
    check: impl Fn(&str) -> Result<(), FieldProblemKind>,
) -> Result<(), Wrong> {
    let Some(items) = value.as_array() else {
        return here(Err(FieldErrorKind::WrongType { expected: "a list" }.into()));
    };
    if items.len() > max as usize {
        return here(Err(FieldErrorKind::TooMany { max: max as usize }.into()));
    }
    for (index, item) in items.iter().enumerate() {
        let checked = text(item).and_then(&check);
        let checked = match checked {
            Ok(()) if items[..index].contains(item) => Err(FieldProblemKind::Repeated),
            checked => checked,
        };
        checked.map_err(|kind| (format!("/{index}"), kind))?;
    }
    Ok(())
}

fn offered(options: &[Choice], text: &str) -> Result<(), FieldProblemKind> {
    match options.iter().find(|option| option.value.as_str() == text) {
        Some(option) if option.retired => Err(FieldProblemKind::OptionRetired),
        Some(_) => Ok(()),
        None => {
            let allowed = open_values(options).map(str::to_owned).collect();
            Err(FieldErrorKind::NotOneOf { allowed }.into())
        }
    }
}

fn id(text: &str) -> Result<Uuid, FieldProblemKind> {
    let malformed = FieldErrorKind::Malformed { expected: "a UUID" };
    match Uuid::parse_str(text) {
        Ok(id) if formats::UUID.matches(text) => Ok(id),
        Ok(_) | Err(_) => Err(malformed.into()),
    }
}

fn known_user(text: &str, facts: &FormFacts) -> Result<(), FieldProblemKind> {
    let user = UserId(id(text)?);
    if facts.users.contains(&user) || facts.kept.users.contains(&user) {
        Ok(())
    } else {
        Err(FieldProblemKind::UnknownUser)
    }
}

fn known_file(
    text: &str,
    media_types: &[MediaType],
    facts: &FormFacts,
) -> Result<(), FieldProblemKind> {
    let file = FileId(id(text)?);
    let Some(given) = facts.files.get(&file) else {
        let was_there = facts.kept.files.contains(&file);
        return if was_there { Ok(()) } else { Err(FieldProblemKind::UnknownFile) };
    };
    let fits = |allowed: &MediaType| match allowed.as_str().strip_suffix('*') {
        Some(beginning) => given.as_str().starts_with(beginning),
        None => given == allowed,
    };
    if media_types.is_empty() || media_types.iter().any(fits) {
        return Ok(());
    }
    let allowed = media_types.iter().map(ToString::to_string).collect();
    Err(FieldProblemKind::MediaTypeNotAllowed { allowed })
}

fn formed(text: &str, format: &Format, expected: &'static str) -> Result<(), FieldProblemKind> {
    check_length(text, 0, format.max)?;
    if format.matches(text) { Ok(()) } else { Err(FieldErrorKind::Malformed { expected }.into()) }
}

fn free_of_controls(text: &str, format: &Format) -> Result<(), FieldProblemKind> {
    if format.matches(text) { Ok(()) } else { Err(FieldErrorKind::ControlCharacter.into()) }
}

fn matching(text: &str, pattern: Option<&Pattern>) -> Result<(), FieldProblemKind> {
    match pattern {
        Some(pattern) if !pattern.matches(text) => {
            Err(FieldProblemKind::NotMatching { pattern: pattern.to_string() })
        }
        Some(_) | None => Ok(()),
    }
}

fn within<T: PartialOrd + Display>(
    value: &T,
    min: Option<&T>,
    max: Option<&T>,
) -> Result<(), FieldProblemKind> {
    if let Some(min) = min.filter(|min| value < *min) {
        return Err(FieldProblemKind::BelowMin { min: min.to_string() });
    }
    if let Some(max) = max.filter(|max| value > *max) {
        return Err(FieldProblemKind::AboveMax { max: max.to_string() });
    }
    Ok(())
}

fn integer(value: &Value, rules: &NumberRules<i64>) -> Result<(), FieldProblemKind> {
    // What is whole but beyond 64 bits is compared as a float: it is out of any range.
    let Some(whole) = value.as_i64() else {
        return match value.as_f64().filter(|float| float.fract() == 0.0) {
            Some(float) if float < 0.0 => {
                Err(FieldProblemKind::BelowMin { min: rules.min.to_string() })
            }
            Some(_) => Err(FieldProblemKind::AboveMax { max: rules.max.to_string() }),
            None => Err(FieldErrorKind::WrongType { expected: "a whole number" }.into()),
        };
    };
    within(&whole, Some(&rules.min), Some(&rules.max))?;
    match rules.step {
        Some(step) if whole.checked_rem(step) != Some(0) => {
            Err(FieldProblemKind::NotAMultiple { step: step.to_string() })
        }
        Some(_) | None => Ok(()),
    }
}

fn decimal(value: &Value, rules: &NumberRules<f64>) -> Result<(), FieldProblemKind> {
    let Some(number) = value.as_f64() else {
        return Err(FieldErrorKind::WrongType { expected: "a number" }.into());
    };
    within(&number, Some(&rules.min), Some(&rules.max))?;
    match rules.step {
        Some(step) if !is_multiple(number, step) => {
            Err(FieldProblemKind::NotAMultiple { step: step.to_string() })
        }
        Some(_) | None => Ok(()),
    }
}

fn date(text: &str, span: &Span<Day>) -> Result<(), FieldProblemKind> {
    let malformed = FieldErrorKind::Malformed { expected: "a date like 2026-01-31" };
    let day = formats::DATE.matches(text).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d"));
    let Some(Ok(day)) = day else { return Err(malformed.into()) };
    let (min, max) = (span.min.map(|day| day.0), span.max.map(|day| day.0));
    within(&day, min.as_ref(), max.as_ref())
}

fn date_time(text: &str, span: &Span<crate::Timestamp>) -> Result<(), FieldProblemKind> {
    let expected = "a moment like 2026-01-31T08:30:00+08:00";
    let moment = formats::DATE_TIME.matches(text).then(|| moment(text)).flatten();
    let Some(moment) = moment else {
        return Err(FieldErrorKind::Malformed { expected }.into());
    };
    if let Some(min) = span.min.filter(|min| moment < *min) {
        return Err(FieldProblemKind::BelowMin { min: moment_text(&min) });
    }
    if let Some(max) = span.max.filter(|max| moment > *max) {
        return Err(FieldProblemKind::AboveMax { max: moment_text(&max) });
    }
    Ok(())
}

/// Whether a normalised value that refers to nothing fits: for defaults and conditions.
pub(super) fn fits(field: &Field, value: &Value) -> bool {
    check_value(field, value, &FormFacts::default()).is_ok()
}
