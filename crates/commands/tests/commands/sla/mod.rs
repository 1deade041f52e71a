//! Service levels: calendars, policies, and what is told of tickets' clocks.

mod calendars;
mod policies;
mod scene;
mod tell;
