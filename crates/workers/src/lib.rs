//! What Docket does by itself: work that was put off, and what comes in from elsewhere.
//!
//! | module | what it does |
//! |---|---|
//! | [`reactions`] | turns events of the log into jobs |
//! | [`timers`] | turns timers that are due into jobs |
//! | [`work`] | which jobs those are |
//! | [`jobs`] | takes jobs out of their queues and does them |
//! | `handlers` | what is done |
//! | [`external`] | asks other systems |
//! | [`files`] | reads the text of files, and takes away those that nobody refers to |
//! | [`inbound`] | opens tickets that an external help desk writes to a topic |
//! | [`Workers`] | all of it, started and stopped together |
//!
//! Everything here may run in several processes at once, and may be killed at any time: a job is
//! done again from its beginning, and a command given again has its first result.

pub mod external;
pub mod files;
mod handlers;
pub mod inbound;
pub mod jobs;
pub mod reactions;
mod start;
pub mod timers;
pub mod work;

pub use start::{UnknownQueue, Workers, WorkersOptions};
