//! Puts a job into its queue.

use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{JOBS_CHANNEL, NewJob, Part};
use crate::CommandError;
use crate::core::Commands;

/// What became of a job that was to be put into its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is in the queue.
    New(Uuid),
    /// A job with this key was there before: this one.
    Before(Uuid),
}

impl Enqueued {
    /// The job.
    pub fn id(self) -> Uuid {
        match self {
            Self::New(id) | Self::Before(id) => id,
        }
    }
}

impl Commands {
    /// Puts a job into its queue, in the transaction of `connection`: it is there when that is
    /// committed, and workers are woken. A repeat, by queue and key, does nothing.
    ///
    /// # Errors
    /// [`CommandError::KeyReused`] when the job under this key was asked for with another
    /// fingerprint; the store's.
    pub async fn enqueue_job(
        &self,
        connection: &mut PgConnection,
        job: NewJob,
    ) -> Result<Enqueued, CommandError> {
        let id = job.id.unwrap_or_else(|| self.ambient().uuid_v7());
        let queue = job.job_type.queue;
        let inserted = sqlx::query(
            "insert into work.jobs (id, queue, job_type, key, fingerprint, parameters, payload, \
             status, max_tries, due_at, created_by) \
             values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, \
             now() + make_interval(secs => $9), $10) \
             on conflict (queue, key) do nothing",
        )
        .bind(id)
        .bind(queue)
        .bind(job.job_type.name)
        .bind(&job.key)
        .bind(job.fingerprint.as_ref().map(<[u8; 32]>::as_slice))
        .bind(Value::Object(job.parameters))
        .bind(self.seal_job(Part::Payload, id, &job.payload)?)
        .bind(i32::from(job.job_type.max_tries))
        .bind(f64::from(job.delay_seconds))
        .bind(job.created_by.map(|user| user.uuid()))
        .execute(&mut *connection)
        .await?;
        if inserted.rows_affected() == 0 {
            return before(connection, &job.key, queue, job.fingerprint).await;
        }
        sqlx::query("select pg_notify($1, $2)")
            .bind(JOBS_CHANNEL)
            .bind(queue)
            .execute(connection)
            .await?;
        Ok(Enqueued::New(id))
    }

    /// Puts many jobs into their queues, in the transaction of `connection`, and returns how many were not there
    /// before, by queue and key. What stands under a key is not compared.
    ///
    /// # Errors
    /// The store's.
    pub async fn enqueue_jobs(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
    ) -> Result<u64, CommandError> {
        if jobs.is_empty() {
            return Ok(0);
        }
        let mut ids = Vec::with_capacity(jobs.len());
        let mut payloads = Vec::with_capacity(jobs.len());
        for job in jobs {
            let id = job.id.unwrap_or_else(|| self.ambient().uuid_v7());
            payloads.push(self.seal_job(Part::Payload, id, &job.payload)?);
            ids.push(id);
        }
        let column = |of: fn(&NewJob) -> &'static str| jobs.iter().map(of).collect::<Vec<_>>();
        let queues = column(|job| job.job_type.queue);
        let fingerprints = jobs.iter().map(|job| job.fingerprint.map(Vec::from));
        let parameters = jobs.iter().map(|job| Json(job.parameters.clone()));
        let rows = sqlx::query(
            "with added as (insert into work.jobs (id, queue, job_type, key, fingerprint, \
             parameters, payload, status, max_tries, due_at, created_by) \
             select id, queue, job_type, key, fingerprint, parameters, payload, 'queued', tries, \
             now() + make_interval(secs => delay), created_by from unnest($1::uuid[], $2::text[], \
             $3::text[], $4::text[], $5::bytea[], $6::jsonb[], $7::bytea[], $8::int[], \
             $9::float8[], $10::uuid[]) as new (id, queue, job_type, key, fingerprint, parameters, \
             payload, tries, delay, created_by) \
             on conflict (queue, key) do nothing returning queue) \
             select queue, count(*), pg_notify($11, queue)::text from added group by queue",
        )
        .bind(&ids)
        .bind(&queues)
        .bind(column(|job| job.job_type.name))
        .bind(jobs.iter().map(|job| job.key.as_str()).collect::<Vec<_>>())
        .bind(fingerprints.collect::<Vec<Option<Vec<u8>>>>())
        .bind(parameters.collect::<Vec<_>>())
        .bind(&payloads)
        .bind(jobs.iter().map(|job| i32::from(job.job_type.max_tries)).collect::<Vec<_>>())
        .bind(jobs.iter().map(|job| f64::from(job.delay_seconds)).collect::<Vec<_>>())
        .bind(jobs.iter().map(|job| job.created_by.map(|user| user.uuid())).collect::<Vec<_>>())
        .bind(JOBS_CHANNEL)
        .fetch_all(connection)
        .await?;
        Ok(rows.iter().map(|row| row.get::<i64, _>(1).unsigned_abs()).sum())
    }
}

async fn before(
    connection: &mut PgConnection,
    key: &str,
    queue: &str,
    fingerprint: Option<[u8; 32]>,
) -> Result<Enqueued, CommandError> {
    let row = sqlx::query("select id, fingerprint from work.jobs where queue = $1 and key = $2")
        .bind(queue)
        .bind(key)
        .fetch_optional(connection)
        .await?;
    // It was just swept out as old: whoever asks again, gets it.
    let row = row.ok_or(CommandError::Contended)?;
    let asked: Option<Vec<u8>> = row.get(1);
    if asked.as_deref() == fingerprint.as_ref().map(<[u8; 32]>::as_slice) {
        Ok(Enqueued::Before(row.get(0)))
    } else {
        Err(CommandError::KeyReused)
    }
}
