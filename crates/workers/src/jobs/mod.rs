//! Jobs: taken out of their queues, done, tried again.
//!
//! | module | what it does |
//! |---|---|
//! | [`JobRunner`] | takes what is due, as much at a time as may run |
//! | `attempt` | one try: does it, keeps the lease, says how it ended |
//! | [`Handlers`] | who does which type of job |
//! | `backoff` | how long to wait before the next try |
//! | `wake` | hears of new jobs |
//! | `failure` | which errors are worth another try |
//! | `import` | the import of a file |
//!
//! The tables, and what their columns promise, are described in [`commands::jobs`]. A handler may be
//! dropped at any point and begun again elsewhere: whatever it does must bear being done twice.

mod attempt;
mod backoff;
mod failure;
mod handler;
mod import;
mod runner;
mod wake;

pub use backoff::Backoff;
pub use handler::{Done, Handlers, JobError, JobRun};
pub use runner::{JobRunner, RunnerOptions};
