//! What a calendar says, as events hold it.

use chrono::Weekday;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::times::{HolidayDate, Hours};
use super::zone::Zone;
use crate::vocabulary::{CalendarName, HolidayName};

/// A calendar: a time zone, the hours of a week, and the days that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarDefinition {
    /// Its name.
    pub name: CalendarName,
    /// The time zone its hours are in.
    pub time_zone: Zone,
    /// The hours of each weekday.
    pub weekly_hours: WeeklyHours,
    /// Days that differ, each date once, by date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
}

/// The hours of each weekday, in order and without overlap. A day without any is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WeeklyHours {
    /// Hours of a Monday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<Hours>,
    /// Hours of a Tuesday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<Hours>,
    /// Hours of a Wednesday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<Hours>,
    /// Hours of a Thursday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<Hours>,
    /// Hours of a Friday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<Hours>,
    /// Hours of a Saturday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<Hours>,
    /// Hours of a Sunday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<Hours>,
}

/// A day whose hours differ from its weekday's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holiday {
    /// When it is.
    pub date: HolidayDate,
    /// What people call it.
    pub name: HolidayName,
    /// The hours that are worked all the same; none for a free day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
}

impl WeeklyHours {
    /// The weekdays in order, from Monday.
    pub const DAYS: [(Weekday, &'static str); 7] = [
        (Weekday::Mon, "monday"),
        (Weekday::Tue, "tuesday"),
        (Weekday::Wed, "wednesday"),
        (Weekday::Thu, "thursday"),
        (Weekday::Fri, "friday"),
        (Weekday::Sat, "saturday"),
        (Weekday::Sun, "sunday"),
    ];

    /// The hours of `day`.
    pub fn of(&self, day: Weekday) -> &[Hours] {
        match day {
            Weekday::Mon => &self.monday,
            Weekday::Tue => &self.tuesday,
            Weekday::Wed => &self.wednesday,
            Weekday::Thu => &self.thursday,
            Weekday::Fri => &self.friday,
            Weekday::Sat => &self.saturday,
            Weekday::Sun => &self.sunday,
        }
    }

    /// The hours of `day`, to be set.
    pub fn of_mut(&mut self, day: Weekday) -> &mut Vec<Hours> {
        match day {
            Weekday::Mon => &mut self.monday,
            Weekday::Tue => &mut self.tuesday,
            Weekday::Wed => &mut self.wednesday,
            Weekday::Thu => &mut self.thursday,
            Weekday::Fri => &mut self.friday,
            Weekday::Sat => &mut self.saturday,
            Weekday::Sun => &mut self.sunday,
        }
    }

    /// Whether every day is closed.
    pub fn is_empty(&self) -> bool {
        Self::DAYS.iter().all(|(day, _)| self.of(*day).is_empty())
    }
}
