//! Arithmetic against cases computed by hand.

use super::samples::{calendar, minutes, moment};
use super::{BusinessTime, Calendar};

/// Adding `open` minutes to `from` gives `to`, and between them lie as many.
#[track_caller]
fn check(calendar: &Calendar, from: &str, open: u32, to: &str) {
    assert_eq!(calendar.add(moment(from), minutes(open)), Some(moment(to)), "{from} + {open}");
    assert_eq!(calendar.between(moment(from), moment(to)), minutes(open), "{from} to {to}");
}

#[test]
fn an_evening_a_night_and_a_weekend_do_not_count() {
    let office = calendar("Europe/Berlin", &["mon-fri 09:00-12:00 13:00-17:00"], &[]);
    // Friday 2026-11-20: 11:30 to 12:00 are 30, 13:00 to 17:00 are 240; 30 more on Monday.
    check(&office, "2026-11-20T11:30:00+01:00", 300, "2026-11-23T09:30:00+01:00");
    // Exactly the rest of Friday ends on Friday, not on Monday.
    check(&office, "2026-11-20T11:30:00+01:00", 270, "2026-11-20T17:00:00+01:00");
    // From Saturday on it is Monday's first minute that counts.
    check(&office, "2026-11-21T20:00:00+01:00", 1, "2026-11-23T09:01:00+01:00");
    let opens = office.next_open(moment("2026-11-20T17:00:00+01:00"));
    assert_eq!(opens, Some(moment("2026-11-23T09:00:00+01:00")));
    let now = moment("2026-11-20T10:00:00.000001+01:00");
    assert_eq!(office.next_open(now), Some(now));
    assert_eq!(office.add(now, BusinessTime::ZERO), Some(now));
    assert_eq!(office.between(now, now), BusinessTime::ZERO);
    assert_eq!(office.between(now, moment("2026-11-19T10:00:00+01:00")), BusinessTime::ZERO);
}

#[test]
fn berlin_loses_an_hour_in_spring_and_gains_one_in_autumn() {
    // 2026-03-29: 02:00 CET becomes 03:00 CEST. 2026-10-25: 03:00 CEST becomes 02:00 CET.
    let always = calendar("Europe/Berlin", &["mon-sun 00:00-24:00"], &[]);
    // The spring Sunday has 23 hours, the autumn one 25.
    check(&always, "2026-03-29T00:00:00+01:00", 23 * 60, "2026-03-30T00:00:00+02:00");
    check(&always, "2026-10-25T00:00:00+02:00", 25 * 60, "2026-10-26T00:00:00+01:00");
    // Nine to five on both sides: the change lies in the night and moves the instant, no count.
    // Friday 16:00 to 17:00 CET is 60; Monday 09:00 CEST is 07:00 UTC.
    let office = calendar("Europe/Berlin", &["mon-fri 09:00-17:00"], &[]);
    check(&office, "2026-03-27T16:00:00+01:00", 90, "2026-03-30T07:30:00Z");
    check(&office, "2026-10-23T16:00:00+02:00", 90, "2026-10-26T08:30:00Z");
}

#[test]
fn hours_in_the_gap_do_not_exist_and_hours_in_the_overlap_come_twice() {
    let night = calendar("Europe/Berlin", &["sun 02:15-02:45"], &[]);
    // Sundays 2026-03-22 and 2026-04-05 have the half hour; on 03-29 no clock shows it.
    check(&night, "2026-03-22T02:15:00+01:00", 31, "2026-04-05T02:16:00+02:00");
    // 2026-10-25 shows 02:15 to 02:45 at +02:00 and an hour later at +01:00 again; between the
    // two lie 30 closed minutes.
    check(&night, "2026-10-25T00:00:00+02:00", 30, "2026-10-25T02:45:00+02:00");
    check(&night, "2026-10-25T00:00:00+02:00", 31, "2026-10-25T02:16:00+01:00");
    check(&night, "2026-10-25T00:00:00+02:00", 60, "2026-10-25T02:45:00+01:00");
    // Hours that reach into the gap: 01:00 to 02:00 is left of 01:00 to 02:30. Then the next Sunday.
    let into = calendar("Europe/Berlin", &["sun 01:00-02:30"], &[]);
    check(&into, "2026-03-29T00:00:00+01:00", 61, "2026-04-05T01:01:00+02:00");
    // Hours that begin in the gap begin at its end: 03:00 CEST is 01:00 UTC.
    let out_of = calendar("Europe/Berlin", &["sun 02:30-04:00"], &[]);
    let opens = out_of.next_open(moment("2026-03-29T00:00:00+01:00"));
    assert_eq!(opens, Some(moment("2026-03-29T01:00:00Z")));
    check(&out_of, "2026-03-29T00:00:00+01:00", 60, "2026-03-29T04:00:00+02:00");
}

#[test]
fn new_york_changes_on_other_days_than_berlin() {
    // 2026-03-08: 02:00 EST becomes 03:00 EDT. 2026-11-01: 02:00 EDT becomes 01:00 EST.
    let office = calendar("America/New_York", &["mon-fri 09:00-17:00"], &["07-04", "2026-11-26"]);
    // Friday 2026-03-06 16:00 EST (21:00 UTC), 60 to the close; Monday 09:00 EDT is 13:00 UTC.
    check(&office, "2026-03-06T21:00:00Z", 120, "2026-03-09T14:00:00Z");
    // Friday 2026-10-30 16:00 EDT is 20:00 UTC; Monday 09:00 EST is 14:00 UTC.
    check(&office, "2026-10-30T20:00:00Z", 120, "2026-11-02T15:00:00Z");
    // Thanksgiving 2026-11-26 is a Thursday: Wednesday 16:30, 30 to the close, 30 on Friday.
    check(&office, "2026-11-25T16:30:00-05:00", 60, "2026-11-27T09:30:00-05:00");
    // Hours across midnight are two entries: Saturday 20:00 to Sunday 04:00 has 8 hours on the
    // wall; on the night of 2026-03-08 it lasts 7, on the night of 2026-11-01 it lasts 9.
    let week = ["sat 20:00-24:00", "sun 00:00-04:00"];
    let night = calendar("America/New_York", &week, &[]);
    check(&night, "2026-02-28T20:00:00-05:00", 8 * 60, "2026-03-01T04:00:00-05:00");
    check(&night, "2026-03-07T20:00:00-05:00", 7 * 60, "2026-03-08T04:00:00-04:00");
    check(&night, "2026-10-31T20:00:00-04:00", 9 * 60, "2026-11-01T04:00:00-05:00");
}

#[test]
fn shanghai_has_no_summer_time_but_a_golden_week() {
    let week = ["mon-fri 09:00-18:00"];
    // National Day 2026: 1 to 7 October are off, Saturday 10 October is worked instead.
    let mut days: Vec<String> = (1..=7).map(|day| format!("2026-10-0{day}")).collect();
    days.push("2026-10-10 09:00-18:00".to_owned());
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let office = calendar("Asia/Shanghai", &week, &days);
    // Wednesday 09-30 17:00: 60 to the close. 10-01 (Thursday) to 10-07 (Wednesday) off. Thursday
    // 10-08 and Friday 10-09 have 540 each, Saturday 10-10 as well: 60 + 3 * 540 = 1,680.
    check(&office, "2026-09-30T17:00:00+08:00", 1_680, "2026-10-10T18:00:00+08:00");
    check(&office, "2026-09-30T17:00:00+08:00", 1_681, "2026-10-12T09:01:00+08:00");
}

#[test]
fn lord_howe_moves_by_half_an_hour() {
    // 2026-04-05: 02:00 at +11:00 becomes 01:30 at +10:30. 2026-10-04: 02:00 becomes 02:30.
    let always = calendar("Australia/Lord_Howe", &["mon-sun 00:00-24:00"], &[]);
    check(&always, "2026-04-05T00:00:00+11:00", 24 * 60 + 30, "2026-04-06T00:00:00+10:30");
    check(&always, "2026-10-04T00:00:00+10:30", 23 * 60 + 30, "2026-10-05T00:00:00+11:00");
    // 01:00 to 02:00 lasts 60 and the repeated 30; 02:00 to 03:00 lasts the 30 after the gap.
    let early = calendar("Australia/Lord_Howe", &["sun 01:00-02:00"], &[]);
    check(&early, "2026-04-05T00:00:00+11:00", 90, "2026-04-05T02:00:00+10:30");
    let later = calendar("Australia/Lord_Howe", &["sun 02:00-03:00"], &[]);
    check(&later, "2026-10-04T00:00:00+10:30", 30, "2026-10-04T03:00:00+11:00");
}

#[test]
fn kolkata_is_ahead_by_half_an_hour_and_works_across_midnight() {
    // Monday 18:30 to Tuesday 03:30 in Kolkata is 13:00 to 22:00 UTC.
    let week = ["mon 18:30-24:00", "tue-fri 00:00-03:30 18:30-24:00", "sat 00:00-03:30"];
    let shift = calendar("Asia/Kolkata", &week, &["2026-11-24"]);
    // Monday 2026-11-16 13:00 UTC: 540 a night, five nights: Saturday 03:30 is Friday 22:00 UTC.
    check(&shift, "2026-11-16T13:00:00Z", 5 * 540, "2026-11-20T22:00:00Z");
    // Tuesday 2026-11-24 is off: Monday's shift ends at midnight (330), and the next work is on
    // Wednesday 00:00, which is Tuesday 18:30 UTC.
    check(&shift, "2026-11-23T13:00:00Z", 331, "2026-11-24T18:31:00Z");
}

#[test]
fn a_leap_day_is_a_day_and_comes_as_a_holiday_in_leap_years_alone() {
    let office = calendar("UTC", &["mon-sun 08:00-16:00"], &["02-29"]);
    // 2027-02-28 to 2027-03-01: next to each other. 2028-02-29: off.
    check(&office, "2027-02-28T15:00:00Z", 120, "2027-03-01T09:00:00Z");
    check(&office, "2028-02-28T15:00:00Z", 120, "2028-03-01T09:00:00Z");
    let worked = calendar("UTC", &["mon-sun 08:00-16:00"], &[]);
    check(&worked, "2028-02-28T15:00:00Z", 120, "2028-02-29T09:00:00Z");
}

#[test]
fn a_single_date_goes_before_every_year_and_hours_may_be_reduced() {
    let days = ["12-24", "2026-12-24 08:00-10:00", "12-25"];
    let office = calendar("Europe/Berlin", &["mon-fri 08:00-16:00"], &days);
    // 2026-12-24 (Thursday) 120 minutes, 12-25 off, then Monday 12-28.
    check(&office, "2026-12-24T00:00:00+01:00", 121, "2026-12-28T08:01:00+01:00");
    // 2027-12-24 (Friday) is off altogether; Saturday, Sunday, Monday 12-27.
    check(&office, "2027-12-24T00:00:00+01:00", 1, "2027-12-27T08:01:00+01:00");
}

#[test]
fn a_day_that_a_zone_left_out_and_a_change_at_midnight_are_as_the_wall_shows_them() {
    // Samoa went from 2011-12-29 straight to 2011-12-31.
    let always = calendar("Pacific/Apia", &["mon-sun 00:00-24:00"], &["2011-12-30"]);
    check(&always, "2011-12-29T00:00:00-10:00", 1_441, "2011-12-31T00:01:00+14:00");
    // Cuba's clocks go from 01:00 to 00:00 on 2026-11-01, so that Sunday has 25 hours; 23 in spring.
    let cuba = calendar("America/Havana", &["mon-sun 00:00-24:00"], &[]);
    check(&cuba, "2026-11-01T00:00:00-04:00", 25 * 60, "2026-11-02T00:00:00-05:00");
    // 2018-11-04 in São Paulo began at 01:00; on 2018-02-17 23:00 to 24:00 came twice.
    let late = calendar("America/Sao_Paulo", &["sat 23:00-24:00"], &[]);
    check(&late, "2018-02-17T22:00:00-02:00", 120, "2018-02-18T00:00:00-03:00");
    let early = calendar("America/Sao_Paulo", &["sun 00:00-02:00"], &[]);
    check(&early, "2018-11-04T01:00:00-02:00", 60, "2018-11-04T02:00:00-02:00");
    assert_eq!(
        early.next_open(moment("2018-11-03T12:00:00-03:00")),
        Some(moment("2018-11-04T03:00:00Z"))
    );
}

#[test]
fn years_are_counted_right() {
    let office = calendar("Europe/Berlin", &["mon-fri 09:00-17:00"], &[]);
    // 400 years repeat; 28 years within a century have 7 leap days: 10,227 days = 1,461 weeks.
    let (from, to) = (moment("2027-01-04T00:00:00+01:00"), moment("2055-01-04T00:00:00+01:00"));
    assert_eq!(office.between(from, to), minutes(1_461 * 5 * 480));
    assert_eq!(
        office.add(from, minutes(1_461 * 5 * 480)),
        Some(moment("2055-01-01T17:00:00+01:00"))
    );
}

#[test]
fn outside_the_years_it_knows_nothing_is_open() {
    let always = calendar("UTC", &["mon-sun 00:00-24:00"], &[]);
    let last = moment("2199-12-31T23:59:00Z");
    assert_eq!(always.add(last, minutes(1)), Some(moment("2200-01-01T00:00:00Z")));
    assert_eq!(always.add(last, minutes(2)), None);
    assert_eq!(always.next_open(moment("2200-01-01T00:00:00Z")), None);
    for extreme in [crate::Timestamp::MIN_UTC, crate::Timestamp::MAX_UTC] {
        assert_eq!(always.between(extreme, extreme), BusinessTime::ZERO);
    }
    let all = always.between(crate::Timestamp::MIN_UTC, crate::Timestamp::MAX_UTC);
    // 300 years from 1900 to 2199 have 73 leap days (1900 and 2100 are none; 2000 is one).
    assert_eq!(all, minutes((300 * 365 + 73) * 1_440));
}

#[test]
fn the_database_of_zones_reaches_to_2099() {
    // Beyond 2099 the compiled-in database has no more changes: summer time is then not known.
    let office = calendar("Europe/Berlin", &["mon-fri 09:00-17:00"], &[]);
    let opens = office.next_open(moment("2099-07-01T00:00:00Z"));
    assert_eq!(opens, Some(moment("2099-07-01T09:00:00+02:00")));
    let opens = office.next_open(moment("2100-07-01T00:00:00Z"));
    assert_eq!(opens, Some(moment("2100-07-01T09:00:00+01:00")));
}
