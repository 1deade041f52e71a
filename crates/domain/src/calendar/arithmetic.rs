//! Arithmetic in the open time of a calendar.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

use super::business_time::BusinessTime;
use super::definition::{CalendarDefinition, WeeklyHours};
use super::open_spans::{END, OpenSpans};
use super::times::{HolidayDate, Hours};
use crate::Timestamp;

/// Seconds of a day at which it opens and closes.
type OpenSeconds = Vec<(i64, i64)>;

/// A calendar made ready for arithmetic, which is exact to the microsecond and takes one step per
/// local day. It knows the years from 1900 to 2199; outside them nothing is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
    /// From Monday.
    week: [OpenSeconds; 7],
    /// By days since 1970-01-01.
    once: BTreeMap<i64, OpenSeconds>,
    /// By month and day.
    yearly: BTreeMap<(u32, u32), OpenSeconds>,
}

impl Calendar {
    /// The calendar that `definition` describes.
    pub fn new(definition: &CalendarDefinition) -> Self {
        let (mut once, mut yearly) = (BTreeMap::new(), BTreeMap::new());
        for holiday in &definition.holidays {
            let hours = open_seconds(&holiday.hours);
            match holiday.date {
                HolidayDate::Once(date) => {
                    once.insert(days_since_1970(date), hours);
                }
                HolidayDate::Yearly { month, day } => {
                    yearly.insert((month.into(), day.into()), hours);
                }
            }
        }
        let week = WeeklyHours::DAYS.map(|(day, _)| open_seconds(definition.weekly_hours.of(day)));
        Self { zone: definition.time_zone.0, week, once, yearly }
    }

    /// The earliest instant by which `time` was open since `start`: at the close of Friday rather
    /// than the opening of Monday, and `start` itself for no time at all. None if it would be later
    /// than the calendar knows.
    ///
    /// Adding goes in steps as in one go, and [`Calendar::between`] is its inverse.
    pub fn add(&self, start: Timestamp, time: BusinessTime) -> Option<Timestamp> {
        let mut left = time.micros();
        if left == 0 {
            return Some(start);
        }
        for (opens, closes) in OpenSpans::new(self, start.timestamp_micros()) {
            if closes - opens >= left {
                return Timestamp::from_timestamp_micros(opens + left);
            }
            left -= closes - opens;
        }
        None
    }

    /// How much of the time from `start` to `end` was open; none if `end` is not after `start`.
    pub fn between(&self, start: Timestamp, end: Timestamp) -> BusinessTime {
        let end = end.timestamp_micros();
        let open: i64 = OpenSpans::new(self, start.timestamp_micros())
            .take_while(|(opens, _)| *opens < end)
            .map(|(opens, closes)| closes.min(end) - opens)
            .sum();
        BusinessTime::from_micros(open)
    }

    /// The first open instant from `from` on, perhaps itself. None if there is none that the
    /// calendar knows.
    pub fn next_open(&self, from: Timestamp) -> Option<Timestamp> {
        let (opens, _) = OpenSpans::new(self, from.timestamp_micros()).next()?;
        Timestamp::from_timestamp_micros(opens)
    }

    /// Whether there is open time when all holidays of single years are over.
    pub(super) fn ever_opens(&self) -> bool {
        // 28 years have every date on every weekday, and holidays of single years are rarely
        // planned so far ahead.
        const YEARS_28: i64 = 28 * 366 * 86_400;
        OpenSpans::new(self, (END - YEARS_28) * 1_000_000).next().is_some()
    }

    /// The seconds at which the local day opens and closes, in order; `date` in days since
    /// 1970-01-01.
    pub(super) fn hours_on(&self, date: i64) -> &[(i64, i64)] {
        if let Some(hours) = self.once.get(&date) {
            return hours;
        }
        if !self.yearly.is_empty()
            && let Some(hours) = month_and_day(date).and_then(|key| self.yearly.get(&key))
        {
            return hours;
        }
        // 1970-01-01 was a Thursday, the fourth day from Monday. The remainder is from 0 to 6.
        usize::try_from((date + 3).rem_euclid(7)).map_or(&[], |weekday| &self.week[weekday])
    }

    /// Seconds that local time is ahead of UTC at `second` since 1970.
    pub(super) fn offset_at(&self, second: i64) -> i64 {
        let utc = DateTime::from_timestamp(second, 0).unwrap_or_default().naive_utc();
        self.zone.offset_from_utc_datetime(&utc).fix().local_minus_utc().into()
    }
}

fn days_since_1970(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

fn month_and_day(days_since_1970: i64) -> Option<(u32, u32)> {
    let date = DateTime::from_timestamp(days_since_1970 * 86_400, 0)?.date_naive();
    Some((date.month(), date.day()))
}

/// Hours in order, those that touch or overlap joined.
fn open_seconds(hours: &[Hours]) -> OpenSeconds {
    let mut spans: OpenSeconds =
        hours.iter().map(|hours| (hours.from.seconds(), hours.to.seconds())).collect();
    spans.sort_unstable();
    let mut joined = OpenSeconds::with_capacity(spans.len());
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            Some(_) | None => joined.push((from, to)),
        }
    }
    joined
}
