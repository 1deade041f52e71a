//! How a try of a job ended.

use std::time::Duration;

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::take::interval;
use super::{JobStatus, Part, Progress, TakenJob};
use crate::CommandError;
use crate::core::Commands;

/// How a try of a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is done; this came of it.
    Succeeded(Value),
    /// It is done, and its row may go.
    Forgotten,
    /// It cannot be done, and why. Trying again would not help.
    Failed(String),
    /// It was called off.
    Cancelled,
    /// It did not work this time, and why; it is to be tried again after a while, if it may be tried
    /// again at all.
    TryAgain {
        /// Why it did not work.
        error: String,
        /// How long to wait.
        after: Duration,
    },
    /// It could not even be tried; another time it may. The try does not count.
    PutOff {
        /// What is in the way.
        error: String,
        /// How long to wait.
        after: Duration,
    },
}

/// Whether a verdict counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It did; so it stands with the job now.
    Yes(JobStatus),
    /// It did not: somebody else has the job by now, or has finished it.
    Lost,
}

/// What is written of a verdict.
struct Written {
    status: JobStatus,
    result: Option<Value>,
    error: Option<String>,
    after: Duration,
    /// Tries that do not count.
    untried: i32,
}

impl Written {
    fn of(verdict: Verdict, job: &TakenJob) -> Self {
        let after = Duration::ZERO;
        let ended = |status, result, error| Self { status, result, error, after, untried: 0 };
        let queued = |error, after, untried| {
            let (status, result, error) = (JobStatus::Queued, None, Some(error));
            Self { status, result, error, after, untried }
        };
        match verdict {
            Verdict::Succeeded(result) => ended(JobStatus::Succeeded, Some(result), None),
            Verdict::Forgotten => ended(JobStatus::Succeeded, None, None),
            Verdict::Failed(error) => ended(JobStatus::Failed, None, Some(error)),
            Verdict::Cancelled => ended(JobStatus::Cancelled, None, None),
            Verdict::TryAgain { error, .. } if job.tries >= job.max_tries => {
                ended(JobStatus::Dead, None, Some(error))
            }
            Verdict::TryAgain { error, after } => queued(error, after, 0),
            Verdict::PutOff { error, after } => queued(error, after, 1),
        }
    }
}

impl Commands {
    /// Writes down how a try ended. What the job read is deleted when it has ended for good; a dead
    /// job keeps it, as it may be tried again.
    ///
    /// # Errors
    /// The store's: then whether the verdict counted is not known, and it may be given again.
    pub async fn settle_job(
        &self,
        job: &TakenJob,
        progress: Option<&Progress>,
        verdict: Verdict,
    ) -> Result<Settled, CommandError> {
        if verdict == Verdict::Forgotten {
            return self.forget_job(job).await;
        }
        let written = Written::of(verdict, job);
        let seal = |part, clear: &[u8]| self.seal_job(part, job.id, clear);
        let result = written.result.map(|result| seal(Part::Result, result.to_string().as_bytes()));
        let error = written.error.map(|error| seal(Part::Error, error.as_bytes()));
        let mut transaction = self.store.pool().begin().await?;
        let updated = sqlx::query(
            "update work.jobs set status = $3, version = version + 1, result = $4, error = $5, \
             progress = coalesce($6, progress), due_at = now() + $7, worker = null, \
             tries = tries - $8, finished_at = case when $3 = 'queued' then null else now() end \
             where id = $1 and version = $2 and status = 'running'",
        )
        .bind(job.id)
        .bind(job.version)
        .bind(written.status.as_str())
        .bind(result.transpose()?)
        .bind(error.transpose()?)
        .bind(progress.map(Json))
        .bind(interval(written.after))
        .bind(written.untried)
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() == 0 {
            return Ok(Settled::Lost);
        }
        if ended_for_good(written.status) {
            discard_input(&mut transaction, job.id).await?;
        }
        transaction.commit().await?;
        Ok(Settled::Yes(written.status))
    }

    async fn forget_job(&self, job: &TakenJob) -> Result<Settled, CommandError> {
        let forgotten = sqlx::query(
            "with done as (delete from work.jobs where id = $1 and version = $2 \
             and status = 'running' returning id), inputs as (delete from work.job_inputs i \
             using done where i.job_id = done.id) select id from done",
        )
        .bind(job.id)
        .bind(job.version)
        .fetch_optional(self.store.pool())
        .await?;
        Ok(forgotten.map_or(Settled::Lost, |_| Settled::Yes(JobStatus::Succeeded)))
    }
}

/// Whether nothing will become of the job any more.
fn ended_for_good(status: JobStatus) -> bool {
    match status {
        JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled => true,
        JobStatus::Queued | JobStatus::Running | JobStatus::Dead => false,
    }
}

pub(super) async fn discard_input(
    connection: &mut sqlx::PgConnection,
    job: Uuid,
) -> Result<(), CommandError> {
    sqlx::query("delete from work.job_inputs where job_id = $1")
        .bind(job)
        .execute(connection)
        .await?;
    Ok(())
}
