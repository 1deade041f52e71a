//! Times of a day, hours and the dates of holidays, as text reads them.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::FieldErrorKind;

/// A time of the day to the minute, from `00:00` to `24:00`, which is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    minute: u16,
}

impl TimeOfDay {
    /// Reads `HH:MM`.
    ///
    /// # Errors
    /// Another form, or later than 24:00.
    pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
        let expected = "a time from 00:00 to 24:00";
        let read = || {
            let (hour, minute) = text.split_once(':')?;
            let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
            let time = Self { minute: hour * 60 + minute };
            (minute < 60 && time.minute <= 24 * 60).then_some(time)
        };
        read().ok_or(FieldErrorKind::Malformed { expected })
    }

    /// Seconds from the beginning of the day, as a clock on the wall shows them.
    pub fn seconds(self) -> i64 {
        i64::from(self.minute) * 60
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// Open from one time of a day up to another, which no longer belongs to it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Hours {
    /// The beginning.
    pub from: TimeOfDay,
    /// The end, after the beginning; `24:00` for the end of the day.
    pub to: TimeOfDay,
}

/// When a holiday is. Ordered with every year's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolidayDate {
    /// Every year, written `MM-DD`. The 29th of February comes in leap years alone.
    Yearly {
        /// The month, from 1.
        month: u8,
        /// The day, from 1.
        day: u8,
    },
    /// On one date, written `YYYY-MM-DD`.
    Once(NaiveDate),
}

impl HolidayDate {
    /// The years in which a single date may be, both ends included.
    pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

    /// Reads `MM-DD` or `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Another form, no such date, or a year outside [`HolidayDate::YEARS`].
    pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
        let expected =
            "a date such as 2026-12-25 (years from 1970 to 2199), or 12-25 for every year";
        let read = || match text.len() {
            5 => {
                // 2000 was a leap year, so the 29th of February passes.
                let date = read_date(&format!("2000-{text}"))?;
                let (month, day) =
                    (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
                Some(Self::Yearly { month, day })
            }
            _ => read_date(text).filter(|d| Self::YEARS.contains(&d.year())).map(Self::Once),
        };
        read().ok_or(FieldErrorKind::Malformed { expected })
    }
}

impl fmt::Display for HolidayDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yearly { month, day } => write!(f, "{month:02}-{day:02}"),
            Self::Once(date) => write!(f, "{date}"),
        }
    }
}

fn read_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year_is_sound = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !year_is_sound {
        return None;
    }
    let (month, day) = (two_digits(month)?, two_digits(day)?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.into(), day.into())
}

/// Two digits and nothing else, so that a time and a date have one spelling.
fn two_digits(text: &str) -> Option<u16> {
    let is_sound = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    is_sound.then(|| text.parse().ok()).flatten()
}

macro_rules! as_text {
    ($name:ident, $pattern:literal, $example:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
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
                json_schema!({
                    "type": "string",
                    "pattern": $pattern,
                    "examples": [$example],
                    "x-docket": "vocabulary",
                })
            }
        }
    };
}

as_text!(TimeOfDay, "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "08:30");
as_text!(HolidayDate, "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$", "12-25");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_spelling() {
        assert_eq!(TimeOfDay::parse("08:30").unwrap().seconds(), 30_600);
        assert_eq!(TimeOfDay::parse("24:00").unwrap().to_string(), "24:00");
        for bad in ["", "8:30", "08:60", "24:01", "25:00", "+8:30", "08:30:00", "0830"] {
            assert!(TimeOfDay::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_is_of_one_year_or_of_every_year() {
        assert_eq!(HolidayDate::parse("02-29"), Ok(HolidayDate::Yearly { month: 2, day: 29 }));
        assert_eq!(HolidayDate::parse("2026-12-25").unwrap().to_string(), "2026-12-25");
        for bad in
            ["", "2-29", "02-30", "13-01", "2026-02-29", "1969-12-31", "2200-01-01", "26-1-1"]
        {
            assert!(HolidayDate::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn they_are_text_in_json() {
        let hours =
            Hours { from: TimeOfDay::parse("08:00").unwrap(), to: TimeOfDay { minute: 1440 } };
        let json = serde_json::json!({ "from": "08:00", "to": "24:00" });
        assert_eq!(serde_json::to_value(hours).unwrap(), json);
        assert_eq!(serde_json::from_value::<Hours>(json).unwrap(), hours);
    }
}
