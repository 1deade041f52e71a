//! What a job is.

use std::collections::BTreeMap;

use domain::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A kind of work, and the queue it waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobType {
    /// The queue; each has a concurrency of its own.
    pub queue: &'static str,
    /// What the work is called.
    pub name: &'static str,
    /// How often it is tried before it is given up.
    pub max_tries: u16,
    /// What becomes of its row once it is done.
    pub when_done: WhenDone,
}

/// What becomes of the row of a job that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenDone {
    /// It stays for a while, so that whoever asked can see what came of it, and a repeat does nothing.
    Kept,
    /// It goes at once: nobody asked for it, and what it did stands in the log. A repeat does the job again.
    Forgotten,
}

/// How it stands with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// It waits: for its time, or for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// It is done.
    Succeeded,
    /// What was asked cannot be done; trying again would not help.
    Failed,
    /// It was given up after the last try, and may be tried again.
    Dead,
    /// It was called off.
    Cancelled,
}

impl JobStatus {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Dead, Self::Cancelled];

    /// Its name: `queued` …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What may be shown of what was asked: names, numbers, choices. Nothing personal, as it is stored
/// in clear.
pub type JobParameters = Map<String, Value>;

/// How far a job has come: numbers by name. (Numbers only, so that nothing personal gets in.)
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Progress(pub BTreeMap<String, u64>);

impl<const N: usize> From<[(&str, u64); N]> for Progress {
    fn from(numbers: [(&str, u64); N]) -> Self {
        Self(numbers.into_iter().map(|(name, number)| (name.to_owned(), number)).collect())
    }
}

/// A job to be put into its queue.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its id, where something is there under it already (an input); else it gets one.
    pub id: Option<Uuid>,
    /// What is to be done.
    pub job_type: JobType,
    /// The event that it reacts to, or the caller's key: there is one job per queue and key.
    pub key: String,
    /// Keyed hash of what was asked, where a caller chose the key and may come with something else.
    pub fingerprint: Option<[u8; 32]>,
    /// What may be shown of it.
    pub parameters: JobParameters,
    /// All that the work needs; is sealed.
    pub payload: Vec<u8>,
    /// Who asked for it.
    pub created_by: Option<UserId>,
    /// How long it is to wait at least, in seconds.
    pub delay_seconds: u32,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// The queue.
    pub queue: String,
    /// What the work is called.
    pub job_type: String,
    /// What may be shown of what was asked.
    pub parameters: JobParameters,
    /// How it stands with it.
    pub status: JobStatus,
    /// How far it has come.
    pub progress: Option<Progress>,
    /// What came of it.
    pub result: Option<Value>,
    /// Why it did not succeed, or not yet, in words.
    pub error: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// How often it is tried before it is given up.
    pub max_tries: u32,
    /// When it may be taken: its time while it is queued, the end of its lease while it is running.
    pub due_at: Timestamp,
    /// Rises whenever it changes hands or status.
    pub version: i32,
    /// Whether it was asked to end.
    pub cancel_requested: bool,
    /// Who asked for it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When it was taken for the first time.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}
