//! A calendar.

use domain::calendar::{CalendarDefinition, Holiday, Hours, WeeklyHours};
use projections::CalendarRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A calendar: when an organisation is open.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarBody {
    /// The calendar.
    pub(crate) id: Uuid,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
    /// How often it was said anew, from 1; clocks name the one they run by.
    pub(crate) revision: u32,
    /// What people call it.
    pub(crate) name: String,
    /// The time zone its hours are in, by its name in the IANA database.
    pub(crate) time_zone: String,
    /// The open hours of each weekday; a day that is not there is closed.
    pub(crate) weekly_hours: WeeklyHoursBody,
    /// Days that differ, by date.
    pub(crate) holidays: Vec<HolidayBody>,
}

/// A calendar as people write it down.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({
    "name": "Office hours",
    "time_zone": "Europe/Berlin",
    "weekly_hours": {
        "monday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }],
        "tuesday": [{ "from": "08:00", "to": "17:00" }],
        "wednesday": [{ "from": "08:00", "to": "17:00" }],
        "thursday": [{ "from": "08:00", "to": "17:00" }],
        "friday": [{ "from": "08:00", "to": "15:00" }],
    },
    "holidays": [
        { "date": "12-25", "name": "Christmas" },
        { "date": "2026-12-24", "name": "Christmas Eve", "hours": [{ "from": "08:00", "to": "12:00" }] },
    ],
}))]
pub(crate) struct CalendarFormBody {
    /// What people call it; no other calendar has this name, upper or lower case.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// A time zone, by its name in the IANA database.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// The open hours of each weekday; it is open on one at least.
    weekly_hours: WeeklyHoursBody,
    /// Days that differ, each date once.
    #[schema(max_items = 1000)]
    holidays: Option<Vec<HolidayFormBody>>,
}

/// What is to change of a calendar: a merge patch.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "weekly_hours": { "saturday": [{ "from": "09:00", "to": "13:00" }], "friday": null } }))]
pub(crate) struct ChangeCalendarBody {
    /// What people call it.
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// A time zone, by its name in the IANA database.
    #[schema(nullable = false, example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// The weekdays whose hours change; null closes one.
    #[schema(nullable = false)]
    weekly_hours: Option<WeeklyHoursBody>,
    /// Days that differ, all of them; null for none.
    #[schema(max_items = 1000)]
    holidays: Option<Vec<HolidayFormBody>>,
}

/// The open hours of each weekday.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct WeeklyHoursBody {
    /// Hours of a Monday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    monday: Option<Vec<HoursBody>>,
    /// Hours of a Tuesday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    tuesday: Option<Vec<HoursBody>>,
    /// Hours of a Wednesday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    wednesday: Option<Vec<HoursBody>>,
    /// Hours of a Thursday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    thursday: Option<Vec<HoursBody>>,
    /// Hours of a Friday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    friday: Option<Vec<HoursBody>>,
    /// Hours of a Saturday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    saturday: Option<Vec<HoursBody>>,
    /// Hours of a Sunday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 24)]
    sunday: Option<Vec<HoursBody>>,
}

/// From one time of a day up to another. Hours across midnight are two entries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HoursBody {
    /// `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "08:00")]
    from: String,
    /// `HH:MM`, after `from`; `24:00` is the end of the day.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", example = "17:00")]
    to: String,
}

/// A day whose hours differ from its weekday's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HolidayBody {
    /// `YYYY-MM-DD`, or `MM-DD` for every year.
    date: String,
    /// What people call it.
    name: String,
    /// The hours that are open all the same; none on a free day.
    hours: Vec<HoursBody>,
}

/// A day whose hours differ from its weekday's.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct HolidayFormBody {
    /// `YYYY-MM-DD`, or `MM-DD` for every year.
    #[schema(pattern = "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$", example = "12-25")]
    date: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The hours that are open all the same; none on a free day.
    #[schema(max_items = 24)]
    hours: Option<Vec<HoursBody>>,
}

impl CalendarBody {
    /// What a calendar says.
    pub(crate) fn new(
        id: Uuid,
        version: i32,
        revision: u32,
        definition: &CalendarDefinition,
    ) -> Self {
        Self {
            id,
            version,
            revision,
            name: definition.name.to_string(),
            time_zone: definition.time_zone.to_string(),
            weekly_hours: WeeklyHoursBody::from(&definition.weekly_hours),
            holidays: definition.holidays.iter().map(HolidayBody::from).collect(),
        }
    }

    /// A calendar as the views have it.
    pub(crate) fn of_row(row: &CalendarRow) -> Self {
        Self::new(row.id.uuid(), row.version, row.revision, &row.definition)
    }
}

impl From<&WeeklyHours> for WeeklyHoursBody {
    fn from(weekly: &WeeklyHours) -> Self {
        let day = |hours: &[Hours]| (!hours.is_empty()).then(|| bodies(hours));
        Self {
            monday: day(&weekly.monday),
            tuesday: day(&weekly.tuesday),
            wednesday: day(&weekly.wednesday),
            thursday: day(&weekly.thursday),
            friday: day(&weekly.friday),
            saturday: day(&weekly.saturday),
            sunday: day(&weekly.sunday),
        }
    }
}

impl From<&Holiday> for HolidayBody {
    fn from(holiday: &Holiday) -> Self {
        let (date, name) = (holiday.date.to_string(), holiday.name.to_string());
        Self { date, name, hours: bodies(&holiday.hours) }
    }
}

fn bodies(hours: &[Hours]) -> Vec<HoursBody> {
    let body = |hours: &Hours| HoursBody { from: hours.from.to_string(), to: hours.to.to_string() };
    hours.iter().map(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::calendar::CalendarInput;

    #[test]
    fn what_is_answered_reads_as_input() {
        let text = include_str!("../../../../examples/sla/calendar.json");
        let calendar = serde_json::from_str::<CalendarInput>(text).unwrap().parse().unwrap();
        let mut body =
            serde_json::to_value(CalendarBody::new(Uuid::nil(), 1, 1, &calendar)).unwrap();
        for added in ["id", "version", "revision"] {
            body.as_object_mut().unwrap().remove(added);
        }
        assert_eq!(body["weekly_hours"].get("sunday"), None);
        let again: CalendarInput = serde_json::from_value(body).unwrap();
        assert_eq!(again.parse().unwrap(), calendar);
    }
}
