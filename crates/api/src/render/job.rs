//! A job.

use chrono::{DateTime, Utc};
use commands::jobs::{Job, JobParameters};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Work that was asked for and is done later.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobBody {
    /// Its id.
    id: Uuid,
    /// What is to be done: `import`.
    job_type: String,
    /// The queue it waits in.
    queue: String,
    /// `queued`, `running`, `succeeded`, `failed` (it cannot be done), `dead` (given up, may be tried again),
    /// `cancelled`.
    status: &'static str,
    /// What was asked.
    #[schema(value_type = Object)]
    parameters: JobParameters,
    /// How far it has come: numbers by name. Of an import: `rows`, `imported`, `failed`, `bytes_read`, `bytes`. Null
    /// before it has begun.
    #[schema(value_type = Option<Object>)]
    progress: Option<Value>,
    /// What came of it; null until it has succeeded. Of an import: the same as the answer to an import that is not put
    /// off, and the `position` of the log at its end.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Why it did not succeed, or not yet.
    error: Option<String>,
    /// How often it was tried.
    tries: u32,
    /// How often it is tried before it is given up.
    max_tries: u32,
    /// Was it asked to end?
    cancel_requested: bool,
    /// Who asked for it; null for Docket itself.
    created_by: Option<Uuid>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it was begun for the first time.
    started_at: Option<DateTime<Utc>>,
    /// When it ended.
    finished_at: Option<DateTime<Utc>>,
    /// Rises whenever it changes hands or status: what `ETag` and `If-Match` carry.
    version: i32,
}

impl From<Job> for JobBody {
    fn from(job: Job) -> Self {
        let progress = job.progress.map(|progress| progress.0.into_iter());
        Self {
            id: job.id,
            job_type: job.job_type,
            queue: job.queue,
            status: job.status.as_str(),
            parameters: job.parameters,
            progress: progress.map(|numbers| {
                Value::Object(numbers.map(|(name, number)| (name, number.into())).collect())
            }),
            result: job.result,
            error: job.error,
            tries: job.tries,
            max_tries: job.max_tries,
            cancel_requested: job.cancel_requested,
            created_by: job.created_by.map(domain::UserId::uuid),
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            version: job.version,
        }
    }
}
