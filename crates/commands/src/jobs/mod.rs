//! Jobs: work that is asked for now and done later, in `work.jobs`. All SQL of that table is here;
//! what runs the jobs is in the crate `workers`.
//!
//! | module | what it does |
//! |---|---|
//! | `job` | what a job is, as others see it |
//! | `enqueue` | puts a job into a queue, within any transaction |
//! | `input` | what a job reads, where that is too large for its row |
//! | `take` | takes due jobs, keeps them, gives them back |
//! | `settle` | says how a try ended |
//! | `manage` | looks at jobs, cancels, tries again, counts, forgets |
//!
//! A job is taken for the time of a lease, by the clock of Postgres. Whoever has it prolongs the
//! lease; when a worker is killed, the job is due again as soon as the lease has run out. The
//! version of a job rises whenever it changes hands, and a worker says with every statement which
//! one it has: one that was paused past its lease can neither complete the job nor keep it.
//!
//! Nothing personal lies readable in these tables: payload, result, error and input are sealed, and
//! progress is numbers.

mod enqueue;
mod input;
mod job;
mod manage;
mod settle;
mod take;

pub use enqueue::Enqueued;
pub use input::{JobInput, JobInputReader};
pub use job::{Job, JobParameters, JobStatus, JobType, NewJob, Progress, WhenDone};
pub use manage::{JobFilter, QueueCounts};
pub use settle::{Settled, Verdict};
pub use take::{Kept, TakeOrder, TakenJob};

use eventstore::StoreError;
use uuid::Uuid;

use crate::core::Commands;

/// What workers listen to; the payload is the queue.
pub const JOBS_CHANNEL: &str = "docket_jobs";

/// What of a job is sealed, each in a context of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Payload,
    Result,
    Error,
}

impl Part {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Payload => b"job-payload",
            Self::Result => b"job-result",
            Self::Error => b"job-error",
        }
    }
}

impl Commands {
    fn seal_job(&self, part: Part, job: Uuid, clear: &[u8]) -> Result<Vec<u8>, StoreError> {
        let context: [&[u8]; 2] = [part.label(), job.as_bytes()];
        self.store.secrets().seal_bytes(&context, self.ambient().bytes(), clear)
    }

    fn open_job(&self, part: Part, job: Uuid, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.store.secrets().open_bytes(&[part.label(), job.as_bytes()], sealed)
    }
}
