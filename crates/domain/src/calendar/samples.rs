//! Sample calendars and moments for tests.

use super::arithmetic::Calendar;
use super::business_time::BusinessTime;
use super::definition::CalendarDefinition;
use super::input::{CalendarInput, HolidayInput, HoursInput};
use crate::Timestamp;

/// Hours as `08:00-12:00 13:00-17:00`.
fn hours(text: &str) -> Vec<HoursInput> {
    let part = |part: &str| {
        let (from, to) = part.split_once('-').unwrap();
        HoursInput { from: Some(from.to_owned()), to: Some(to.to_owned()) }
    };
    text.split_whitespace().map(part).collect()
}

/// A calendar of a zone, with hours by weekday (`mon-fri 09:00-17:00`) and holidays by date
/// (`2026-12-24 08:00-12:00`).
pub(crate) fn definition(zone: &str, week: &[&str], holidays: &[&str]) -> CalendarDefinition {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let position = |day: &str| days.iter().position(|name| name.starts_with(day)).unwrap();
    let mut input = CalendarInput {
        name: Some("Sample".to_owned()),
        time_zone: Some(zone.to_owned()),
        ..CalendarInput::default()
    };
    for line in week {
        let (range, text) = line.split_once(' ').unwrap();
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        for day in &days[position(first)..=position(last)] {
            input.weekly_hours.insert((*day).to_owned(), hours(text));
        }
    }
    for line in holidays {
        let (date, text) = line.split_once(' ').unwrap_or((line, ""));
        input.holidays.push(HolidayInput {
            date: Some(date.to_owned()),
            name: Some("Holiday".to_owned()),
            hours: hours(text),
        });
    }
    input.parse().unwrap()
}

/// Monday to Friday, nine to five, without holidays.
pub(crate) fn office(zone: &str) -> CalendarDefinition {
    definition(zone, &["mon-fri 09:00-17:00"], &[])
}

/// Open without end.
pub(crate) fn round_the_clock(zone: &str) -> CalendarDefinition {
    definition(zone, &["mon-sun 00:00-24:00"], &[])
}

/// A calendar ready for arithmetic, made like [`definition`].
pub(crate) fn calendar(zone: &str, week: &[&str], holidays: &[&str]) -> Calendar {
    Calendar::new(&definition(zone, week, holidays))
}

/// At least one event of each type.
pub(crate) fn every_event() -> Vec<super::CalendarEvent> {
    super::aggregate::tests::every_event()
}

/// A moment in RFC 3339, with its offset.
pub(crate) fn moment(text: &str) -> Timestamp {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// So many minutes of open time.
pub(crate) fn minutes(minutes: u32) -> BusinessTime {
    BusinessTime::from_minutes(minutes)
}
