//! Taking jobs that are due, and keeping them.

use std::time::Duration;

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;
use uuid::Uuid;

use super::{JobParameters, Part, Progress, Verdict};
use crate::CommandError;
use crate::core::Commands;

/// A job that a worker has.
#[derive(Debug, Clone)]
pub struct TakenJob {
    /// Its id.
    pub id: Uuid,
    /// What the work is called.
    pub job_type: String,
    /// Under which it was taken; every word about it says this.
    pub version: i32,
    /// Which try this is, from 1. Above [`max_tries`](Self::max_tries) when the worker of the last
    /// one was never heard of again.
    pub tries: u32,
    /// How often it is tried.
    pub max_tries: u32,
    /// Whether it was asked to end.
    pub cancel_requested: bool,
    /// What may be shown of what was asked.
    pub parameters: JobParameters,
    /// All that the work needs.
    pub payload: Vec<u8>,
}

/// Which of the jobs that are due are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOrder {
    /// Those that wait longest.
    OldestFirst,
    /// Those that came last.
    NewestFirst,
}

impl TakeOrder {
    fn sql(self) -> &'static str {
        match self {
            Self::OldestFirst => "due_at",
            Self::NewestFirst => "due_at desc",
        }
    }
}

/// What became of an attempt to keep a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The lease is prolonged.
    Yes,
    /// The lease is prolonged, but somebody asked for the job to end.
    ToBeCancelled,
    /// Somebody else has it, or it is no more.
    Lost,
}

impl Commands {
    /// Takes up to `limit` jobs of a queue that are due, for the time of a lease: of those whose time
    /// has come, and those whose lease has run out, the first by `order`. Only jobs of these types, so that a binary
    /// leaves alone what it does not know.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_jobs(
        &self,
        queue: &str,
        job_types: &[&str],
        worker: Uuid,
        limit: usize,
        order: TakeOrder,
        lease: Duration,
    ) -> Result<Vec<TakenJob>, CommandError> {
        let order = order.sql();
        let sql = format!(
            "with due as (select id from work.jobs where queue = $1 \
             and status in ('queued', 'running') and due_at <= now() and job_type = any ($2) \
             order by {order} limit $3 for update skip locked) \
             update work.jobs j set status = 'running', tries = j.tries + 1, \
             version = j.version + 1, worker = $4, due_at = now() + $5, \
             started_at = coalesce(j.started_at, now()) from due where j.id = due.id \
             returning j.id, j.job_type, j.version, j.tries, j.max_tries, j.cancel_requested, \
             j.parameters, j.payload"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(queue)
            .bind(job_types)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(worker)
            .bind(interval(lease))
            .fetch_all(self.store.pool())
            .await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in &rows {
            let job = taken(row);
            match self.open_job(Part::Payload, job.id, row.get("payload")) {
                Ok(payload) => jobs.push(TakenJob { payload, ..job }),
                // It must not keep the others of the batch from being done.
                Err(error) => {
                    tracing::error!(job = %job.id, %error, "what was asked cannot be opened");
                    let failed = "What was asked cannot be opened any more.".to_owned();
                    let settled = self.settle_job(&job, None, Verdict::Failed(failed)).await;
                    if let Err(error) = settled {
                        tracing::warn!(job = %job.id, %error, "it is tried once more");
                    }
                }
            }
        }
        Ok(jobs)
    }

    /// Prolongs the lease of a job, and notes how far it has come.
    ///
    /// # Errors
    /// The store's: then whether it was kept is not known.
    pub async fn keep_job(
        &self,
        job: &TakenJob,
        lease: Duration,
        progress: Option<&Progress>,
    ) -> Result<Kept, CommandError> {
        let row = sqlx::query(
            "update work.jobs set due_at = now() + $3, progress = coalesce($4, progress) \
             where id = $1 and version = $2 and status = 'running' returning cancel_requested",
        )
        .bind(job.id)
        .bind(job.version)
        .bind(interval(lease))
        .bind(progress.map(Json))
        .fetch_optional(self.store.pool())
        .await?;
        Ok(match row.map(|row| row.get(0)) {
            None => Kept::Lost,
            Some(true) => Kept::ToBeCancelled,
            Some(false) => Kept::Yes,
        })
    }

    /// Gives a job back that was not finished for no fault of its own: the try does not count, and
    /// somebody else may take it at once.
    ///
    /// # Errors
    /// The store's: then it is due again when its lease has run out.
    pub async fn give_back_job(&self, job: &TakenJob) -> Result<(), CommandError> {
        let mut transaction = self.store.pool().begin().await?;
        let row = sqlx::query(
            "update work.jobs set status = 'queued', tries = tries - 1, version = version + 1, \
             worker = null, due_at = now() \
             where id = $1 and version = $2 and status = 'running' returning queue",
        )
        .bind(job.id)
        .bind(job.version)
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(row) = row {
            sqlx::query("select pg_notify($1, $2)")
                .bind(super::JOBS_CHANNEL)
                .bind(row.get::<&str, _>(0))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// All of a job but its payload.
fn taken(row: &PgRow) -> TakenJob {
    TakenJob {
        id: row.get("id"),
        job_type: row.get("job_type"),
        version: row.get("version"),
        tries: count(row, "tries"),
        max_tries: count(row, "max_tries"),
        cancel_requested: row.get("cancel_requested"),
        parameters: parameters(row),
        payload: Vec::new(),
    }
}

/// A duration as Postgres has it; whatever is longer than 290,000 years is not.
pub(super) fn interval(duration: Duration) -> PgInterval {
    let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}

pub(super) fn count(row: &PgRow, column: &str) -> u32 {
    u32::try_from(row.get::<i32, _>(column)).unwrap_or_default()
}

pub(super) fn parameters(row: &PgRow) -> JobParameters {
    match row.get("parameters") {
        Value::Object(parameters) => parameters,
        // Nothing else is ever written.
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            JobParameters::new()
        }
    }
}
