//! Reading a calendar as people write it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::arithmetic::Calendar;
use super::definition::{CalendarDefinition, Holiday, WeeklyHours};
use super::path_error::{PathError, PathErrors};
use super::times::{HolidayDate, Hours, TimeOfDay};
use super::zone::Zone;
use crate::field::FieldErrorKind;
use crate::vocabulary::{CalendarName, HolidayName};

/// The greatest number of holidays of a calendar.
pub const MAX_HOLIDAYS: usize = 1_000;

/// The greatest number of separate hours of a day.
pub const MAX_HOURS_PER_DAY: usize = 24;

/// A calendar before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarInput {
    /// Its name; required.
    pub name: Option<String>,
    /// The name of a time zone; required.
    pub time_zone: Option<String>,
    /// Hours by the weekday's English name; a day that is left out is closed.
    pub weekly_hours: BTreeMap<String, Vec<HoursInput>>,
    /// Days that differ.
    pub holidays: Vec<HolidayInput>,
}

/// Hours before they are checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HoursInput {
    /// `HH:MM`; required.
    pub from: Option<String>,
    /// `HH:MM`, up to `24:00`; required.
    pub to: Option<String>,
}

/// A holiday before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HolidayInput {
    /// `YYYY-MM-DD`, or `MM-DD` for every year; required.
    pub date: Option<String>,
    /// What people call it; required.
    pub name: Option<String>,
    /// The hours that are worked all the same.
    pub hours: Vec<HoursInput>,
}

impl CalendarInput {
    /// Checks a calendar. Hours and holidays are put in order.
    ///
    /// # Errors
    /// Everything that is wrong, each at its path: a bad value, an unknown weekday, hours that end
    /// before they begin or overlap, a date twice, or a calendar that is never open.
    pub fn parse(&self) -> Result<CalendarDefinition, Vec<PathError>> {
        let mut errors = PathErrors::default();
        let name = errors.take_required("name", self.name.as_deref(), CalendarName::parse);
        let zone = errors.take_required("time_zone", self.time_zone.as_deref(), Zone::parse);
        let weekly_hours = self.weekly_hours(&mut errors);
        let holidays = self.holidays(&mut errors);
        let definition = name.zip(zone).map(|(name, time_zone)| CalendarDefinition {
            name,
            time_zone,
            weekly_hours,
            holidays,
        });
        if let Some(definition) = &definition
            && errors.is_empty()
            && !Calendar::new(definition).ever_opens()
        {
            let expected = "hours of at least one day that is not always a holiday";
            errors.add("weekly_hours", FieldErrorKind::Malformed { expected });
        }
        errors.finish(definition)
    }

    fn weekly_hours(&self, errors: &mut PathErrors) -> WeeklyHours {
        let mut weekly = WeeklyHours::default();
        let day_of = |name: &str| WeeklyHours::DAYS.iter().find(|(_, known)| *known == name);
        for (name, hours) in &self.weekly_hours {
            match day_of(name) {
                Some((day, known)) => {
                    *weekly.of_mut(*day) =
                        day_hours(errors, &format!("weekly_hours.{known}"), hours);
                }
                None => {
                    let days = WeeklyHours::DAYS.iter().map(|(_, known)| (*known).to_owned());
                    let kind = FieldErrorKind::NotOneOf { allowed: days.collect() };
                    // The path does not repeat a name that nobody knows.
                    errors.add("weekly_hours", kind);
                }
            }
        }
        weekly
    }

    fn holidays(&self, errors: &mut PathErrors) -> Vec<Holiday> {
        if self.holidays.len() > MAX_HOLIDAYS {
            errors.add("holidays", FieldErrorKind::TooMany { max: MAX_HOLIDAYS });
            return Vec::new();
        }
        let mut dates = BTreeSet::new();
        let mut holidays = Vec::new();
        for (index, given) in self.holidays.iter().enumerate() {
            let at = format!("holidays.{index}");
            let path = format!("{at}.date");
            let date = errors.take_required(&path, given.date.as_deref(), HolidayDate::parse);
            if date.is_some_and(|date| !dates.insert(date)) {
                errors.add(path, FieldErrorKind::Malformed { expected: "a date given only once" });
            }
            let name = given.name.as_deref();
            let name = errors.take_required(format!("{at}.name"), name, HolidayName::parse);
            let hours = day_hours(errors, &format!("{at}.hours"), &given.hours);
            holidays.extend(date.zip(name).map(|(date, name)| Holiday { date, name, hours }));
        }
        holidays.sort_by_key(|holiday| holiday.date);
        holidays
    }
}

/// The hours of one day, in order.
fn day_hours(errors: &mut PathErrors, at: &str, given: &[HoursInput]) -> Vec<Hours> {
    if given.len() > MAX_HOURS_PER_DAY {
        errors.add(at, FieldErrorKind::TooMany { max: MAX_HOURS_PER_DAY });
        return Vec::new();
    }
    let mut day: Vec<Hours> = Vec::new();
    for (index, hours) in given.iter().enumerate() {
        let (from_path, to_path) = (format!("{at}.{index}.from"), format!("{at}.{index}.to"));
        let from = errors.take_required(from_path, hours.from.as_deref(), TimeOfDay::parse);
        let to = errors.take_required(&to_path, hours.to.as_deref(), TimeOfDay::parse);
        let Some((from, to)) = from.zip(to) else { continue };
        if to <= from {
            let expected = "later than the beginning; hours across midnight are two entries";
            errors.add(to_path, FieldErrorKind::Malformed { expected });
        } else if day.iter().any(|other| from < other.to && other.from < to) {
            let expected = "hours that do not overlap others of the day";
            errors.add(format!("{at}.{index}"), FieldErrorKind::Malformed { expected });
        } else {
            day.push(Hours { from, to });
        }
    }
    day.sort_unstable();
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(value: serde_json::Value) -> Result<CalendarDefinition, Vec<PathError>> {
        serde_json::from_value::<CalendarInput>(value).unwrap().parse()
    }

    fn paths(value: serde_json::Value) -> Vec<String> {
        parse(value).unwrap_err().into_iter().map(|error| error.path).collect()
    }

    #[test]
    fn a_sound_calendar_is_put_in_order_and_goes_to_json_and_back() {
        let definition = parse(json!({
            "name": " Berlin ",
            "time_zone": "Europe/Berlin",
            "weekly_hours": { "monday": [
                { "from": "13:00", "to": "24:00" },
                { "from": "08:00", "to": "12:00" },
                { "from": "12:00", "to": "12:30" },
            ] },
            "holidays": [
                { "date": "2026-12-24", "name": "Half", "hours": [{ "from": "08:00", "to": "12:00" }] },
                { "date": "12-25", "name": "Christmas" },
            ],
        }))
        .unwrap();
        let from = |n: usize| definition.weekly_hours.monday[n].from.to_string();
        assert_eq!([from(0), from(1), from(2)], ["08:00", "12:00", "13:00"]);
        assert_eq!(definition.holidays[0].date.to_string(), "12-25");
        let json = serde_json::to_value(&definition).unwrap();
        assert_eq!(serde_json::from_value::<CalendarDefinition>(json.clone()).unwrap(), definition);
        // What is written can be read as input again: an export is an import.
        assert_eq!(parse(json).unwrap(), definition);
    }

    #[test]
    fn every_error_is_told_at_its_path() {
        let found = paths(json!({
            "time_zone": "Berlin",
            "weekly_hours": {
                "monday": [{ "from": "8", "to": "12:00" }, { "from": "12:00", "to": "12:00" }],
                "someday": [],
                "tuesday": [{ "from": "08:00", "to": "12:00" }, { "from": "11:59", "to": "13:00" }],
            },
            "holidays": [
                { "date": "12-25", "name": "a" },
                { "date": "12-25", "name": "" },
                { "date": "2026-02-29", "hours": [{ "from": "22:00", "to": "06:00" }] },
            ],
        }));
        let expected = [
            "name",
            "time_zone",
            "weekly_hours.monday.0.from",
            "weekly_hours.monday.1.to",
            "weekly_hours",
            "weekly_hours.tuesday.1",
            "holidays.1.date",
            "holidays.1.name",
            "holidays.2.date",
            "holidays.2.name",
            "holidays.2.hours.0.to",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_calendar_that_never_opens_is_refused() {
        let closed = json!({ "name": "x", "time_zone": "UTC" });
        assert_eq!(paths(closed), ["weekly_hours"]);
        // Open on every day of the week, but each date of the year is a holiday.
        let leap_year = (0..366).map(|n| {
            let date = chrono::NaiveDate::from_yo_opt(2000, n + 1).unwrap();
            json!({ "date": date.format("%m-%d").to_string(), "name": "off" })
        });
        let hours = json!([{ "from": "00:00", "to": "24:00" }]);
        let always_off = json!({
            "name": "x",
            "time_zone": "UTC",
            "weekly_hours": { "monday": hours, "sunday": hours },
            "holidays": leap_year.collect::<Vec<_>>(),
        });
        assert_eq!(paths(always_off), ["weekly_hours"]);
    }

    #[test]
    fn too_many_of_anything_is_refused() {
        let hours = vec![json!({ "from": "00:00", "to": "24:00" }); 25];
        let days = vec![json!({ "date": "01-01", "name": "x" }); 1_001];
        let found = paths(json!({
            "name": "x", "time_zone": "UTC", "weekly_hours": { "monday": hours }, "holidays": days,
        }));
        assert_eq!(found, ["weekly_hours.monday", "holidays"]);
    }
}
