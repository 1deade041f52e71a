//! Service levels: calendars, policies, and what is told of tickets' clocks.

mod calendars;
mod escalate;
mod policies;
mod scene;
mod tell;
