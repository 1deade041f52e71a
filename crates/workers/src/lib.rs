//! What Docket does by itself: work that was put off, and what comes in from elsewhere.
//!
//! | module | what it does |
//! |---|---|
//! | [`inbound`] | opens tickets that an external help desk writes to a topic |
//! | [`jobs`] | takes jobs out of their queues and does them |
//! | [`Workers`] | all of it, started and stopped together |
//!
//! Everything here may run in several processes at once, and may be killed at any time: a job is
//! done again from its beginning, and a command given again has its first result.

pub mod inbound;
pub mod jobs;
mod start;

pub use start::{UnknownQueue, Workers, WorkersOptions};
