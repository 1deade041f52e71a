//! The settings of a field, by its kind.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use super::decimal::{MAX_PLACES, places};
use super::definition::{Choice, NumberRules, Rules, Span};
use super::fixed::Day;
use super::form::{FieldForm, OptionForm};
use super::formats;
use super::normalise::{MAX_INTEGER, moment};
use super::parse::{Parser, nth};
use super::pattern::Pattern;
use super::problem::TypeProblemKind;
use super::values::FieldKind;
use crate::Timestamp;
use crate::field::FieldErrorKind;
use crate::vocabulary::{MediaType, OptionValue, Unit};
use crate::workflow::Place;

/// The greatest number of options of a list.
pub const MAX_OPTIONS: usize = 200;
/// The greatest number of files of a field.
pub const MAX_FILES: u32 = 50;
/// How many files a field takes that does not say.
pub const DEFAULT_FILES: u32 = 10;
/// The greatest number of media types of a field.
pub const MAX_MEDIA_TYPES: usize = 20;
/// The greatest decimal number: up to here, some decimal places are kept.
pub const MAX_DECIMAL: i64 = 1_000_000_000_000_000;

impl Parser {
    pub(super) fn rules(&mut self, at: &Place, kind: FieldKind, form: &FieldForm) -> Option<Rules> {
        self.only_settings_of(kind, at, form);
        match kind {
            FieldKind::Text => {
                let (min_length, max_length) = self.lengths(at, form, formats::ONE_LINE.max)?;
                let pattern =
                    self.given(at.then("pattern"), form.pattern.as_deref(), Pattern::parse)?;
                Some(Rules::Text { min_length, max_length, pattern })
            }
            FieldKind::LongText => {
                let (min_length, max_length) = self.lengths(at, form, formats::LINES.max)?;
                Some(Rules::LongText { min_length, max_length })
            }
            FieldKind::Integer => self
                .number(at, form, (-MAX_INTEGER, MAX_INTEGER), integer, |step| *step > 0)
                .map(Rules::Integer),
            FieldKind::Decimal => {
                #[expect(clippy::cast_precision_loss, reason = "the constant is exact")]
                let max = MAX_DECIMAL as f64;
                let is_step = |step: &f64| {
                    *step > 0.0 && places(*step).is_some_and(|places| places <= MAX_PLACES)
                };
                self.number(at, form, (-max, max), decimal, is_step).map(Rules::Decimal)
            }
            FieldKind::Boolean => Some(Rules::Boolean),
            FieldKind::Date => self.span(at, form, day).map(Rules::Date),
            FieldKind::DateTime => self.span(at, form, timestamp).map(Rules::DateTime),
            FieldKind::Select => Some(Rules::Select { options: self.options(at, form)? }),
            FieldKind::MultiSelect => {
                let options = self.options(at, form)?;
                let all = u32::try_from(options.len()).unwrap_or(u32::MAX);
                let max_count = self.count(at, form, all, all)?;
                Some(Rules::MultiSelect { options, max_count })
            }
            FieldKind::User => Some(Rules::User),
            FieldKind::File => {
                let max_count = self.count(at, form, DEFAULT_FILES, MAX_FILES);
                let media_types = self.media_types(at, form);
                Some(Rules::File { max_count: max_count?, media_types: media_types? })
            }
            FieldKind::Url => Some(Rules::Url),
            FieldKind::Email => Some(Rules::Email),
            FieldKind::Phone => Some(Rules::Phone),
        }
    }

    fn only_settings_of(&mut self, kind: FieldKind, at: &Place, form: &FieldForm) {
        let known: &[&str] = match kind {
            FieldKind::Text => &["min_length", "max_length", "pattern"],
            FieldKind::LongText => &["min_length", "max_length"],
            FieldKind::Integer | FieldKind::Decimal => &["min", "max", "step", "unit"],
            FieldKind::Date | FieldKind::DateTime => &["min", "max"],
            FieldKind::Select => &["options"],
            FieldKind::MultiSelect => &["options", "max_count"],
            FieldKind::File => &["max_count", "media_types"],
            FieldKind::Boolean
            | FieldKind::User
            | FieldKind::Url
            | FieldKind::Email
            | FieldKind::Phone => &[],
        };
        let given = [
            ("min_length", form.min_length.is_some()),
            ("max_length", form.max_length.is_some()),
            ("pattern", form.pattern.is_some()),
            ("min", form.min.is_some()),
            ("max", form.max.is_some()),
            ("step", form.step.is_some()),
            ("unit", form.unit.is_some()),
            ("options", form.options.is_some()),
            ("max_count", form.max_count.is_some()),
            ("media_types", form.media_types.is_some()),
        ];
        for (name, is_given) in given {
            if is_given && !known.contains(&name) {
                self.problem(at.then(name), TypeProblemKind::NotOfThisKind);
            }
        }
    }

    fn lengths(&mut self, at: &Place, form: &FieldForm, longest: u32) -> Option<(u32, u32)> {
        let min = form.min_length.unwrap_or(0);
        let max = form.max_length.unwrap_or(longest);
        if max == 0 || max > longest {
            self.problem(at.then("max_length"), range(1, longest));
            return None;
        }
        if min > max {
            self.problem(at.then("min_length"), TypeProblemKind::EmptyRange);
            return None;
        }
        Some((min, max))
    }

    fn count(&mut self, at: &Place, form: &FieldForm, default: u32, most: u32) -> Option<u32> {
        let count = form.max_count.unwrap_or(default);
        if (1..=most).contains(&count) {
            return Some(count);
        }
        self.problem(at.then("max_count"), range(1, most));
        None
    }

    fn number<T: PartialOrd + Copy>(
        &mut self,
        at: &Place,
        form: &FieldForm,
        (least, greatest): (T, T),
        read: fn(&Value) -> Result<T, FieldErrorKind>,
        is_step: impl FnOnce(&T) -> bool,
    ) -> Option<NumberRules<T>> {
        let within = |value: &Value| {
            let number = read(value)?;
            if number < least || number > greatest {
                return Err(out_of_reach(form.kind.as_str()));
            }
            Ok(number)
        };
        let min = self.given(at.then("min"), form.min.as_ref(), within);
        let max = self.given(at.then("max"), form.max.as_ref(), within);
        let step = self.given(at.then("step"), form.step.as_ref(), |value| {
            within(value).and_then(|step| {
                if is_step(&step) {
                    Ok(step)
                } else {
                    let expected = "a number above 0 with at most 6 decimal places";
                    Err(FieldErrorKind::Malformed { expected })
                }
            })
        });
        let unit = self.given(at.then("unit"), form.unit.as_deref(), Unit::parse);
        let (min, max) = (min?.unwrap_or(least), max?.unwrap_or(greatest));
        if min > max {
            self.problem(at.then("min"), TypeProblemKind::EmptyRange);
            return None;
        }
        Some(NumberRules { min, max, step: step?, unit: unit? })
    }

    fn span<T: PartialOrd>(
        &mut self,
        at: &Place,
        form: &FieldForm,
        read: fn(&Value) -> Result<T, FieldErrorKind>,
    ) -> Option<Span<T>> {
        let min = self.given(at.then("min"), form.min.as_ref(), read);
        let max = self.given(at.then("max"), form.max.as_ref(), read);
        let span = Span { min: min?, max: max? };
        if let (Some(min), Some(max)) = (&span.min, &span.max)
            && min > max
        {
            self.problem(at.then("min"), TypeProblemKind::EmptyRange);
            return None;
        }
        Some(span)
    }

    fn options(&mut self, at: &Place, form: &FieldForm) -> Option<Vec<Choice>> {
        let at = at.then("options");
        let options = form.options.as_deref().unwrap_or_default();
        if options.iter().all(|option| option.retired) {
            self.problem(at, TypeProblemKind::NoOptions);
            return None;
        }
        if options.len() > MAX_OPTIONS {
            self.at_most(at, options.len(), MAX_OPTIONS);
            return None;
        }
        let mut seen = BTreeSet::new();
        let read: Vec<_> = options
            .iter()
            .enumerate()
            .map(|(index, option)| {
                let at = nth(&at, index);
                let choice = self.option(&at, option)?;
                if !seen.insert(choice.value.clone()) {
                    self.problem(at.then("value"), TypeProblemKind::DuplicateOption);
                }
                Some(choice)
            })
            .collect();
        read.into_iter().collect()
    }

    fn option(&mut self, at: &Place, form: &OptionForm) -> Option<Choice> {
        let value = self.take(at.then("value"), OptionValue::parse(&form.value));
        let label = self.labels(&at.then("label"), &form.label);
        Some(Choice { value: value?, label: label?, retired: form.retired })
    }

    fn media_types(&mut self, at: &Place, form: &FieldForm) -> Option<Vec<MediaType>> {
        let at = at.then("media_types");
        let types = form.media_types.as_deref().unwrap_or_default();
        if types.len() > MAX_MEDIA_TYPES {
            self.at_most(at, types.len(), MAX_MEDIA_TYPES);
            return None;
        }
        let read: Vec<_> = types
            .iter()
            .enumerate()
            .map(|(index, text)| self.take(nth(&at, index), media_type(text)))
            .collect();
        read.into_iter().collect()
    }
}

fn range(min: u32, max: u32) -> FieldErrorKind {
    FieldErrorKind::OutOfRange { min: min.into(), max: max.into() }
}

/// What is said of a bound that is no exact number.
fn out_of_reach(kind: &str) -> FieldErrorKind {
    let max = match FieldKind::parse(kind) {
        Ok(FieldKind::Integer) => MAX_INTEGER,
        _ => MAX_DECIMAL,
    };
    FieldErrorKind::OutOfRange { min: -max, max }
}

fn integer(value: &Value) -> Result<i64, FieldErrorKind> {
    value.as_i64().ok_or(FieldErrorKind::WrongType { expected: "a whole number" })
}

fn decimal(value: &Value) -> Result<f64, FieldErrorKind> {
    value.as_f64().ok_or(FieldErrorKind::WrongType { expected: "a number" })
}

fn day(value: &Value) -> Result<Day, FieldErrorKind> {
    let text = value.as_str().filter(|text| formats::DATE.matches(text));
    let day = text.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
    day.map(Day).ok_or(FieldErrorKind::Malformed { expected: "a date like 2026-01-31" })
}

fn timestamp(value: &Value) -> Result<Timestamp, FieldErrorKind> {
    let text = value.as_str().filter(|text| formats::DATE_TIME.matches(text));
    let expected = "a moment like 2026-01-31T08:30:00+08:00";
    text.and_then(moment).ok_or(FieldErrorKind::Malformed { expected })
}

fn media_type(text: &str) -> Result<MediaType, FieldErrorKind> {
    let text = MediaType::parse(&text.to_ascii_lowercase())?;
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-_".contains(&b))
    };
    match text.as_str().split_once('/') {
        Some((kind, sub)) if part(kind) && (sub == "*" || part(sub)) => Ok(text),
        Some(_) | None => {
            Err(FieldErrorKind::Malformed { expected: "a media type like image/png or image/*" })
        }
    }
}
