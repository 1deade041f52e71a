//! Laws of the arithmetic, on random calendars, and a comparison with counting minute by minute.

use chrono::{Datelike, Timelike};
use proptest::prelude::*;

use super::samples::definition;
use super::{BusinessTime, Calendar, CalendarDefinition};
use crate::Timestamp;

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Africa/Casablanca",
];

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn hours() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("00:00-24:00".to_owned()),
        Just("09:00-12:00 13:00-17:00".to_owned()),
        Just("00:00-06:00 22:00-24:00".to_owned()),
        // Not so short that 400 hours would take longer than the calendar knows.
        (0..23u32, 0..60u32, 15..60u32).prop_map(|(hour, from, length)| {
            let to = hour * 60 + from + length;
            format!("{hour:02}:{from:02}-{:02}:{:02}", to / 60, to % 60)
        }),
    ]
}

fn any_definition() -> impl Strategy<Value = CalendarDefinition> {
    let days = proptest::collection::btree_map(0..7usize, hours(), 1..7);
    // Around the changes of the clocks of 2026 in all zones.
    let months = [3u32, 4, 10, 11];
    let holidays = proptest::collection::btree_set((0..4usize, 1..29u32), 0..8);
    (0..ZONES.len(), days, holidays).prop_map(move |(zone, days, holidays)| {
        let week: Vec<String> =
            days.iter().map(|(day, hours)| format!("{} {hours}", DAYS[*day])).collect();
        let holidays: Vec<String> =
            holidays.iter().map(|(month, day)| format!("{:02}-{day:02}", months[*month])).collect();
        let week: Vec<&str> = week.iter().map(String::as_str).collect();
        let holidays: Vec<&str> = holidays.iter().map(String::as_str).collect();
        definition(ZONES[zone], &week, &holidays)
    })
}

/// A moment of 2026 or 2027.
fn moments() -> impl Strategy<Value = Timestamp> {
    (0..63_072_000_000_000i64).prop_map(|micros| {
        Timestamp::from_timestamp_micros(1_767_225_600_000_000 + micros).unwrap()
    })
}

/// Up to some 200 hours.
fn lengths() -> impl Strategy<Value = BusinessTime> {
    (0..720_000_000_000i64).prop_map(BusinessTime::from_micros)
}

/// Whether a clock on the wall shows working hours, told from the definition alone.
fn is_open(definition: &CalendarDefinition, at: Timestamp) -> bool {
    let local = at.with_timezone(&definition.time_zone.0);
    let date = format!("{:02}-{:02}", local.month(), local.day());
    if definition.holidays.iter().any(|holiday| holiday.date.to_string() == date) {
        return false;
    }
    let second = i64::from(local.num_seconds_from_midnight());
    let hours = definition.weekly_hours.of(local.weekday());
    hours.iter().any(|hours| hours.from.seconds() <= second && second < hours.to.seconds())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn between_is_the_inverse_of_add(d in any_definition(), s in moments(), t in lengths()) {
        let calendar = Calendar::new(&d);
        let end = calendar.add(s, t).unwrap();
        prop_assert_eq!(calendar.between(s, end), t);
        prop_assert!(end >= s);
    }

    #[test]
    fn adding_goes_in_steps_as_in_one_go(
        d in any_definition(), s in moments(), a in lengths(), b in lengths(),
    ) {
        let calendar = Calendar::new(&d);
        let stepwise = calendar.add(calendar.add(s, a).unwrap(), b);
        prop_assert_eq!(stepwise, calendar.add(s, a + b));
    }

    #[test]
    fn later_and_longer_is_never_earlier(
        d in any_definition(), s in moments(), u in moments(), a in lengths(), b in lengths(),
    ) {
        let calendar = Calendar::new(&d);
        prop_assert!(calendar.add(s.min(u), a) <= calendar.add(s.max(u), a));
        prop_assert!(calendar.add(s, a.min(b)) <= calendar.add(s, a.max(b)));
    }

    #[test]
    fn next_open_is_open_and_nothing_before_it_is(d in any_definition(), s in moments()) {
        let calendar = Calendar::new(&d);
        let opens = calendar.next_open(s).unwrap();
        prop_assert!(opens >= s && is_open(&d, opens));
        prop_assert_eq!(calendar.between(s, opens), BusinessTime::ZERO);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn it_is_what_counting_minute_by_minute_gives(d in any_definition(), change in 0..4usize) {
        // Eight days around changes of the clocks in one of the zones.
        let starts = ["2026-03-26", "2026-04-02", "2026-10-22", "2026-03-05"];
        let start = super::samples::moment(&format!("{}T00:00:00Z", starts[change]));
        let calendar = Calendar::new(&d);
        let minute = chrono::TimeDelta::minutes(1);
        let mut counted = 0;
        let mut at = start;
        for _ in 0..8 * 24 * 60 {
            counted += u32::from(is_open(&d, at));
            at += minute;
            if counted % 97 == 0 {
                prop_assert_eq!(calendar.between(start, at), super::samples::minutes(counted));
            }
        }
        prop_assert_eq!(calendar.between(start, at), super::samples::minutes(counted));
    }
}
