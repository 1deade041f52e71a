//! Working calendars: when an organisation is open, and arithmetic in its open time.
//!
//! - [`CalendarDefinition`]: a time zone, the hours of each weekday, and holidays; what events hold.
//!   [`CalendarInput`] is the same as people write it, read with every error at its path.
//! - [`CalendarEvent`], [`CalendarState`]: the aggregate, kind `calendar`.
//! - [`Calendar`]: a definition made ready for arithmetic: [`Calendar::add`], [`Calendar::between`],
//!   [`Calendar::next_open`] in [`BusinessTime`].
//!
//! **What is open.** An instant is open if a clock on the wall of the time zone shows working hours of
//! that date at that instant. All else follows from it. Hours in the gap of a change to summer time
//! do not exist and last no time; hours in the overlap of a change back come twice and count twice.
//! Hours across midnight are two entries: until 24:00, and from 00:00 of the next day.
//!
//! A holiday takes the place of its weekday's hours, with reduced hours or none. One for a single date
//! goes before one for every year.

mod aggregate;
mod arithmetic;
#[cfg(test)]
mod arithmetic_property_test;
#[cfg(test)]
mod arithmetic_test;
mod business_time;
mod definition;
mod input;
mod open_spans;
mod path_error;
#[cfg(test)]
pub(crate) mod samples;
mod times;
mod zone;

pub use aggregate::{
    CalendarChanged, CalendarCreated, CalendarEvent, CalendarRemoved, CalendarState,
    change_calendar, create_calendar, evolve, remove_calendar,
};
pub use arithmetic::Calendar;
pub use business_time::BusinessTime;
pub use definition::{CalendarDefinition, Holiday, WeeklyHours};
pub use input::{CalendarInput, HolidayInput, HoursInput, MAX_HOLIDAYS, MAX_HOURS_PER_DAY};
pub use path_error::{PathError, PathErrors};
pub use times::{HolidayDate, Hours, TimeOfDay};
pub use zone::Zone;
