//! Looking at jobs, and stepping in.

use std::time::Duration;

use domain::{Timestamp, UserId};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row, Transaction};
use uuid::Uuid;

use super::settle::discard_input;
use super::take::{count, interval, parameters};
use super::{JOBS_CHANNEL, Job, JobStatus, Part, Progress};
use crate::CommandError;
use crate::core::Commands;

/// All that is shown of a job.
const COLUMNS: &str = "id, queue, job_type, parameters, status, progress, result, error, tries, \
     max_tries, due_at, version, cancel_requested, created_by, created_at, started_at, finished_at";

/// Jobs deleted at a time.
const SWEEP: i64 = 500;

/// Which jobs are looked for; what is empty lets all through.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// In one of these.
    pub status: Vec<JobStatus>,
    /// In one of these queues.
    pub queue: Vec<String>,
    /// Of one of these types.
    pub job_type: Vec<String>,
    /// Asked for by this user.
    pub created_by: Option<UserId>,
}

impl JobFilter {
    fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" where true");
        if !self.status.is_empty() {
            let names: Vec<&str> = self.status.iter().map(|status| status.as_str()).collect();
            query.push(" and status = any (").push_bind(names).push(")");
        }
        if !self.queue.is_empty() {
            query.push(" and queue = any (").push_bind(self.queue.clone()).push(")");
        }
        if !self.job_type.is_empty() {
            query.push(" and job_type = any (").push_bind(self.job_type.clone()).push(")");
        }
        if let Some(user) = self.created_by {
            query.push(" and created_by = ").push_bind(user.uuid());
        }
    }
}

/// How it stands with a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueCounts {
    /// The queue.
    pub queue: String,
    /// Jobs that wait.
    pub queued: u64,
    /// Jobs that a worker has.
    pub running: u64,
    /// Jobs that were given up.
    pub dead: u64,
    /// For how long the job has been due that has been due for longest; none when none is.
    pub oldest_due: Option<Duration>,
}

impl Commands {
    /// A job.
    ///
    /// # Errors
    /// The store's.
    pub async fn job(&self, id: Uuid) -> Result<Option<Job>, CommandError> {
        let mut query = QueryBuilder::<Postgres>::new("select ");
        query.push(COLUMNS).push(" from work.jobs where id = ").push_bind(id);
        let row = query.build().fetch_optional(self.store.pool()).await?;
        row.map(|row| self.shown(&row)).transpose()
    }

    /// Jobs, the newest first, those before `before` in that order, at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub async fn jobs(
        &self,
        filter: &JobFilter,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Job>, CommandError> {
        let mut query = QueryBuilder::<Postgres>::new("select ");
        query.push(COLUMNS).push(" from work.jobs");
        filter.push(&mut query);
        if let Some(before) = before {
            query.push(" and id < ").push_bind(before);
        }
        query.push(" order by id desc limit ");
        query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = query.build().fetch_all(self.store.pool()).await?;
        rows.iter().map(|row| self.shown(row)).collect()
    }

    /// How many jobs there are, counted to `cap`.
    ///
    /// # Errors
    /// The store's.
    pub async fn count_jobs(&self, filter: &JobFilter, cap: i64) -> Result<i64, CommandError> {
        let mut query =
            QueryBuilder::<Postgres>::new("select count(*) from (select from work.jobs");
        filter.push(&mut query);
        query.push(" limit ").push_bind(cap).push(") found");
        Ok(query.build_query_scalar().fetch_one(self.store.pool()).await?)
    }

    fn shown(&self, row: &PgRow) -> Result<Job, CommandError> {
        let id: Uuid = row.get("id");
        let opened = |part, column| -> Result<Option<Vec<u8>>, CommandError> {
            let sealed: Option<&[u8]> = row.get(column);
            Ok(sealed.map(|sealed| self.open_job(part, id, sealed)).transpose()?)
        };
        let result = opened(Part::Result, "result")?;
        let error = opened(Part::Error, "error")?;
        let status = JobStatus::parse(row.get("status"));
        Ok(Job {
            id,
            queue: row.get("queue"),
            job_type: row.get("job_type"),
            parameters: parameters(row),
            status: status.ok_or(CommandError::Internal("a job has a status of its own"))?,
            progress: row.get::<Option<Json<Progress>>, _>("progress").map(|progress| progress.0),
            result: result.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()),
            error: error.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            tries: count(row, "tries"),
            max_tries: count(row, "max_tries"),
            due_at: row.get("due_at"),
            version: row.get("version"),
            cancel_requested: row.get("cancel_requested"),
            created_by: row.get::<Option<Uuid>, _>("created_by").map(UserId),
            created_at: row.get("created_at"),
            started_at: row.get::<Option<Timestamp>, _>("started_at"),
            finished_at: row.get::<Option<Timestamp>, _>("finished_at"),
        })
    }

    /// Calls a job off. One that waits, or was given up, ends at once; one that is running is asked
    /// to, and ends soon. One that was called off already stays so.
    ///
    /// # Errors
    /// [`CommandError::NotFound`]; [`CommandError::JobEnded`] when it is done or has failed;
    /// [`CommandError::VersionMismatch`]; the store's.
    pub async fn cancel_job(&self, id: Uuid, if_match: Option<i32>) -> Result<Job, CommandError> {
        let mut transaction = self.store.pool().begin().await?;
        let done = cancel_within(&mut transaction, id, if_match).await;
        end(transaction, done).await?;
        self.job(id).await?.ok_or(CommandError::NotFound)
    }

    /// Gives a job that was given up all its tries anew. One that waits or is running stays as it
    /// is.
    ///
    /// # Errors
    /// [`CommandError::NotFound`]; [`CommandError::JobEnded`] when it has ended for good;
    /// [`CommandError::VersionMismatch`]; the store's.
    pub async fn retry_job(&self, id: Uuid, if_match: Option<i32>) -> Result<Job, CommandError> {
        let mut transaction = self.store.pool().begin().await?;
        let done = retry_within(&mut transaction, id, if_match).await;
        end(transaction, done).await?;
        self.job(id).await?.ok_or(CommandError::NotFound)
    }

    /// Per queue: how much waits, runs and was given up.
    ///
    /// # Errors
    /// The store's.
    pub async fn job_counts(&self) -> Result<Vec<QueueCounts>, CommandError> {
        let rows = sqlx::query(
            "select queue, count(*) filter (where status = 'queued'), \
             count(*) filter (where status = 'running'), count(*) filter (where status = 'dead'), \
             extract(epoch from now() - min(due_at) filter \
             (where status in ('queued', 'running') and due_at <= now()))::float8 \
             from work.jobs where status in ('queued', 'running', 'dead') \
             group by queue order by queue",
        )
        .fetch_all(self.store.pool())
        .await?;
        let counted = |row: &PgRow, index: usize| row.get::<i64, _>(index).unsigned_abs();
        let counts = rows.iter().map(|row| QueueCounts {
            queue: row.get(0),
            queued: counted(row, 1),
            running: counted(row, 2),
            dead: counted(row, 3),
            oldest_due: row
                .get::<Option<f64>, _>(4)
                .map(|age| Duration::from_secs_f64(age.max(0.0))),
        });
        Ok(counts.collect())
    }

    /// Deletes jobs that ended longer ago than this, with all that belongs to them, and input whose
    /// job never came. Returns how many jobs.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_jobs(&self, ended_before: Duration) -> Result<u64, CommandError> {
        let mut forgotten = 0;
        loop {
            let deleted = sqlx::query(
                "with old as (delete from work.jobs where id in (select id from work.jobs \
                 where finished_at < now() - $1 order by finished_at limit $2 \
                 for update skip locked) returning id) \
                 , inputs as (delete from work.job_inputs i using old where i.job_id = old.id) \
                 select id from old",
            )
            .bind(interval(ended_before))
            .bind(SWEEP)
            .fetch_all(self.store.pool())
            .await?;
            forgotten += deleted.len() as u64;
            if deleted.is_empty() {
                break;
            }
        }
        sqlx::query(
            "delete from work.job_inputs where job_id in (select first.job_id \
             from work.job_inputs first where first.seq = 0 \
             and first.added_at < now() - interval '1 day' \
             and not exists (select from work.jobs j where j.id = first.job_id))",
        )
        .execute(self.store.pool())
        .await?;
        Ok(forgotten)
    }
}

/// Locks a job, and says how it stands with it.
async fn lock(
    connection: &mut sqlx::PgConnection,
    id: Uuid,
    if_match: Option<i32>,
) -> Result<JobStatus, CommandError> {
    let row = sqlx::query("select status, version from work.jobs where id = $1 for update")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let row = row.ok_or(CommandError::NotFound)?;
    let current = row.get(1);
    if if_match.is_some_and(|seen| seen != current) {
        return Err(CommandError::VersionMismatch { current });
    }
    JobStatus::parse(row.get(0)).ok_or(CommandError::Internal("a job has a status of its own"))
}

async fn cancel_within(
    connection: &mut PgConnection,
    id: Uuid,
    if_match: Option<i32>,
) -> Result<(), CommandError> {
    match lock(&mut *connection, id, if_match).await? {
        JobStatus::Queued | JobStatus::Dead => {
            sqlx::query(
                "update work.jobs set status = 'cancelled', version = version + 1, \
                 finished_at = now() where id = $1",
            )
            .bind(id)
            .execute(&mut *connection)
            .await?;
            discard_input(&mut *connection, id).await?;
        }
        JobStatus::Running => {
            // The version stays: the worker still has the job.
            sqlx::query("update work.jobs set cancel_requested = true where id = $1")
                .bind(id)
                .execute(&mut *connection)
                .await?;
        }
        JobStatus::Cancelled => {}
        status @ (JobStatus::Succeeded | JobStatus::Failed) => {
            return Err(CommandError::JobEnded { status });
        }
    }
    Ok(())
}

async fn retry_within(
    connection: &mut PgConnection,
    id: Uuid,
    if_match: Option<i32>,
) -> Result<(), CommandError> {
    match lock(&mut *connection, id, if_match).await? {
        JobStatus::Dead => {
            sqlx::query(
                "with revived as (update work.jobs set status = 'queued', tries = 0, \
                 version = version + 1, due_at = now(), finished_at = null, \
                 cancel_requested = false where id = $1 returning queue) \
                 select pg_notify($2, queue) from revived",
            )
            .bind(id)
            .bind(JOBS_CHANNEL)
            .execute(&mut *connection)
            .await?;
        }
        JobStatus::Queued | JobStatus::Running => {}
        status @ (JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled) => {
            return Err(CommandError::JobEnded { status });
        }
    }
    Ok(())
}

/// Ends a transaction at once, also where nothing came of it: a dropped one keeps its locks until its connection is
/// used again, and workers pass by what is locked.
async fn end(
    transaction: Transaction<'_, Postgres>,
    done: Result<(), CommandError>,
) -> Result<(), CommandError> {
    match done {
        Ok(()) => Ok(transaction.commit().await?),
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}
