//! `docket jobs list`, `docket jobs retry` and `docket jobs cancel`

use std::io::{self, Write};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use commands::CommandError;
use commands::jobs::{Job, JobFilter, JobStatus};
use uuid::Uuid;

use super::{Common, Outcome};
use crate::desk::Desk;

/// Jobs read at a time.
const PAGE: usize = 200;

/// Work that was asked for and is done later.
#[derive(Debug, Subcommand)]
pub(super) enum Jobs {
    /// Print jobs, the newest first
    List(List),
    /// Try a job again that was given up, or all of them
    Retry(Retry),
    /// Call a job off
    Cancel {
        /// Id of the job
        id: Uuid,
    },
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those of this status: queued, running, succeeded, failed, dead, cancelled; may be repeated
    #[arg(long, value_parser = status)]
    status: Vec<JobStatus>,
    /// Only those of this queue; may be repeated
    #[arg(long)]
    queue: Vec<String>,
    /// At most so many
    #[arg(long, default_value = "50")]
    limit: usize,
}

#[derive(Debug, Args)]
pub(super) struct Retry {
    /// Id of the job
    #[arg(required_unless_present = "dead", conflicts_with = "dead")]
    id: Option<Uuid>,
    /// All that were given up
    #[arg(long)]
    dead: bool,
    /// With --dead: only those of this queue; may be repeated
    #[arg(long, requires = "dead")]
    queue: Vec<String>,
}

fn status(name: &str) -> Result<JobStatus, String> {
    let names = || JobStatus::ALL.map(JobStatus::as_str).join(", ");
    JobStatus::parse(name).ok_or_else(|| format!("there are: {}", names()))
}

impl Jobs {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        common
            .visit(async |desk| match self {
                Self::List(list) => list.run(desk).await,
                Self::Retry(retry) => retry.run(desk).await,
                Self::Cancel { id } => {
                    let job = desk.commands.cancel_job(*id, None).await.map_err(in_words(*id))?;
                    print(&job)
                }
            })
            .await?;
        Ok(Outcome::Fine)
    }
}

impl List {
    async fn run(&self, desk: &Desk) -> Result<()> {
        let filter = JobFilter {
            status: self.status.clone(),
            queue: self.queue.clone(),
            ..JobFilter::default()
        };
        let jobs = desk.commands.jobs(&filter, None, self.limit).await?;
        jobs.iter().try_for_each(print)?;
        if jobs.is_empty() {
            eprintln!("There are no such jobs.");
        }
        let counts = desk.commands.job_counts().await.context("counting the jobs")?;
        for queue in counts {
            let due = queue.oldest_due.map(|age| format!(", due for {} s", age.as_secs()));
            eprintln!(
                "{}: {} queued, {} running, {} dead{}",
                queue.queue,
                queue.queued,
                queue.running,
                queue.dead,
                due.unwrap_or_default()
            );
        }
        Ok(())
    }
}

impl Retry {
    async fn run(&self, desk: &Desk) -> Result<()> {
        if let Some(id) = self.id {
            let job = desk.commands.retry_job(id, None).await.map_err(in_words(id))?;
            return print(&job);
        }
        let filter = JobFilter {
            status: vec![JobStatus::Dead],
            queue: self.queue.clone(),
            ..JobFilter::default()
        };
        let (mut revived, mut before) = (0, None);
        loop {
            let dead = desk.commands.jobs(&filter, before, PAGE).await?;
            let Some(last) = dead.last() else { break };
            before = Some(last.id);
            for job in &dead {
                desk.commands.retry_job(job.id, None).await.map_err(in_words(job.id))?;
                revived += 1;
            }
        }
        println!("{revived} jobs are to be tried again.");
        if revived == 0 && !self.queue.is_empty() {
            bail!("no job was given up in {}", self.queue.join(", "));
        }
        Ok(())
    }
}

fn print(job: &Job) -> Result<()> {
    let (id, job_type, status) = (job.id, &job.job_type, job.status.as_str());
    let (tries, max) = (job.tries, job.max_tries);
    let at = job.created_at.format("%Y-%m-%d %H:%M:%S");
    let error = job.error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
    Ok(writeln!(io::stdout(), "{id}  {at}  {job_type}  {status}  {tries}/{max}{error}")?)
}

fn in_words(id: Uuid) -> impl Fn(CommandError) -> anyhow::Error {
    move |error| match error {
        CommandError::NotFound => anyhow::anyhow!("there is no job {id}"),
        error => error.into(),
    }
}
