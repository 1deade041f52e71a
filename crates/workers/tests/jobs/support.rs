//! Databases, processes and jobs for the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use commands::jobs::{Enqueued, Job, JobParameters, JobStatus, JobType, NewJob, WhenDone};
use commands::{CommandError, Commands, CommandsConfig};
use eventstore::{Ambient, Clock, Entropy, EventStore, Secrets, StoreOptions};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;
use workers::jobs::{Backoff, Done, Handlers, JobRun, JobRunner, RunnerOptions};

/// What the tests' jobs are.
pub const WORK: JobType =
    JobType { queue: "test", name: "work", max_tries: 3, when_done: WhenDone::Kept };

struct Machine;

impl Entropy for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A migrated database that nobody else uses.
pub struct Desk {
    url: String,
}

impl Desk {
    pub async fn new() -> Self {
        let url = test_support::shared_postgres().await.fresh_database().await;
        let pool = PgPool::connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        pool.close().await;
        Self { url }
    }

    /// Another process.
    pub async fn process(&self) -> Commands {
        let pool = PgPoolOptions::new().max_connections(8).connect(&self.url).await.unwrap();
        let ambient = Ambient::new(Arc::new(Machine), Arc::new(Machine));
        let options = StoreOptions { pool, secrets: Secrets::from_master(&[7; 32]), ambient };
        Commands::new(EventStore::open(options).await.unwrap(), CommandsConfig::default())
    }
}

/// A job that says what it is for.
pub fn job(key: &str) -> NewJob {
    NewJob {
        id: None,
        job_type: WORK,
        key: key.to_owned(),
        fingerprint: None,
        parameters: JobParameters::new(),
        payload: key.as_bytes().to_vec(),
        created_by: None,
        delay_seconds: 0,
    }
}

pub async fn try_enqueue(commands: &Commands, job: NewJob) -> Result<Enqueued, CommandError> {
    let mut connection = commands.store().pool().acquire().await.unwrap();
    commands.enqueue_job(&mut connection, job).await
}

pub async fn enqueue(commands: &Commands, key: &str) -> Uuid {
    try_enqueue(commands, job(key)).await.unwrap().id()
}

pub async fn seen(commands: &Commands, id: Uuid) -> Job {
    commands.job(id).await.unwrap().expect("the job is there")
}

/// Lets time pass: whatever waits for its time, and every lease, has come to its end.
pub async fn later(commands: &Commands) {
    sqlx::query("update work.jobs set due_at = now() where status in ('queued', 'running')")
        .execute(commands.store().pool())
        .await
        .unwrap();
}

pub fn options() -> RunnerOptions {
    RunnerOptions {
        backoff: Backoff { first: Duration::from_secs(60), most: Duration::from_secs(600) },
        ..RunnerOptions::default()
    }
}

/// A runner whose jobs are done by `handler`.
pub fn runner<F>(
    commands: &Commands,
    handler: impl Fn(JobRun) -> F + Send + Sync + 'static,
) -> JobRunner
where
    F: Future<Output = Done> + Send + 'static,
{
    JobRunner::new(commands.clone(), Handlers::default().with(WORK, handler), options())
}

/// Waits until a job has this status; a test that waits in vain fails.
pub async fn until(commands: &Commands, id: Uuid, status: JobStatus) -> Job {
    let begun = Instant::now();
    loop {
        let job = seen(commands, id).await;
        if job.status == status {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it stays {:?}", job.status);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Counts from many tasks.
#[derive(Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    pub fn up(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub fn down(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}
