//! Service levels: calendars, policies, and what is told of tickets' clocks.

mod calendars;
mod escalate;
mod policies;
pub(crate) mod scene;
mod tell;
