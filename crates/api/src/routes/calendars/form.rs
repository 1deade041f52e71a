//! Reading a calendar from a request: everything that is wrong is named at once.

use std::collections::BTreeMap;

use domain::calendar::{CalendarInput, HolidayInput, HoursInput, WeeklyHours};

use crate::conventions::{Fields, Problem, elements, finish_nested};

/// Reads a calendar.
///
/// # Errors
/// What is of a wrong type or unknown, and with it whatever else is wrong. A calendar in which only values are wrong
/// passes: the command refuses it.
pub(super) fn read_calendar(mut fields: Fields) -> Result<CalendarInput, Problem> {
    let input = CalendarInput {
        name: fields.text(&["name"]).value(),
        time_zone: fields.text(&["time_zone"]).value(),
        weekly_hours: fields.within(&["weekly_hours"], weekly_hours).value().unwrap_or_default(),
        holidays: elements(&mut fields, "holidays", holiday),
    };
    finish_nested(fields, || input.parse().map(drop))?;
    Ok(input)
}

fn weekly_hours(fields: &mut Fields) -> BTreeMap<String, Vec<HoursInput>> {
    let days = WeeklyHours::DAYS.iter();
    days.map(|(_, day)| ((*day).to_owned(), elements(fields, day, hours))).collect()
}

fn holiday(fields: &mut Fields) -> HolidayInput {
    HolidayInput {
        date: fields.text(&["date"]).value(),
        name: fields.text(&["name"]).value(),
        hours: elements(fields, "hours", hours),
    }
}

fn hours(fields: &mut Fields) -> HoursInput {
    HoursInput { from: fields.text(&["from"]).value(), to: fields.text(&["to"]).value() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conventions::{Ignored, Shape};

    fn read(body: Value) -> Result<CalendarInput, Vec<String>> {
        let map = serde_json::from_value(body).unwrap();
        read_calendar(Fields::new(map, Shape::V1, Ignored::default()))
            .map_err(|problem| problem.errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn the_example_is_read_as_it_is_written() {
        let text = include_str!("../../../../../examples/sla/calendar.json");
        let input = read(serde_json::from_str(text).unwrap()).unwrap();
        let written: CalendarInput = serde_json::from_str(text).unwrap();
        assert_eq!(input.parse().unwrap(), written.parse().unwrap());
    }

    #[test]
    fn every_bad_field_is_named_and_the_places_of_the_others_stay() {
        let mut bad = read(json!({
            "time_zone": 7,
            "weekly_hours": {
                "monday": [1, { "from": "08:00", "to": "07:00" }, { "from": "9", "till": "10:00" }],
                "someday": [],
            },
            "holidays": [{ "date": "13-01", "name": 1 }],
        }))
        .unwrap_err();
        bad.sort();
        let all = [
            "holidays.0.date",
            "holidays.0.name",
            "name",
            "time_zone",
            "weekly_hours.monday.0",
            "weekly_hours.monday.1.to",
            "weekly_hours.monday.2.from",
            "weekly_hours.monday.2.till",
            "weekly_hours.monday.2.to",
            "weekly_hours.someday",
        ];
        assert_eq!(bad, all);
    }
}
