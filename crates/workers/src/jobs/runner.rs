//! Takes what is due, as much at a time as may run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use commands::jobs::{TakeOrder, TakenJob};
use commands::{CommandError, Commands};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Handlers;
use super::attempt::attempt;
use super::backoff::Backoff;
use super::wake::{Wakes, listen};
use crate::work::{EXTERNAL_QUEUE, SLA_QUEUE, WORKFLOW_QUEUE};

/// How often what is old is swept out.
const SWEEP: Duration = Duration::from_secs(3600);

/// Every fourth time the newest jobs are taken, and else the oldest: behind a million that an import asked for, what
/// somebody asks for now does not wait until all of them are done.
const NEWEST: usize = 4;

/// How jobs are run.
#[derive(Debug, Clone)]
pub struct RunnerOptions {
    /// How many jobs of a queue run at a time in this process; at least 1.
    pub concurrency: usize,
    /// Queues of which other numbers run.
    pub concurrency_of: Vec<(&'static str, usize)>,
    /// For how long a job is taken at a time: so long after a worker was killed its job is taken up
    /// again.
    pub lease: Duration,
    /// How long to wait without news before looking for due jobs.
    pub poll: Duration,
    /// How long to wait before the next try.
    pub backoff: Backoff,
    /// How long running jobs may go on when the process stops, before they are given back.
    pub grace: Duration,
    /// How long a job that has ended can be seen.
    pub retention: Duration,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            concurrency: 2,
            concurrency_of: vec![(WORKFLOW_QUEUE, 4), (SLA_QUEUE, 4), (EXTERNAL_QUEUE, 8)],
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            backoff: Backoff::default(),
            grace: Duration::from_secs(5),
            retention: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

/// Runs the jobs of some queues.
#[derive(Debug)]
pub struct JobRunner {
    shared: Arc<Shared>,
}

/// What all tries of this process share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) commands: Commands,
    pub(super) handlers: Handlers,
    pub(super) options: RunnerOptions,
    worker: Uuid,
    /// How often jobs were taken, by queue.
    takes: BTreeMap<&'static str, AtomicUsize>,
}

impl Shared {
    async fn take(&self, queue: &str, limit: usize) -> Result<Vec<TakenJob>, CommandError> {
        let job_types = self.handlers.job_types(queue);
        let takes = self.takes.get(queue).map_or(0, |takes| takes.fetch_add(1, Ordering::Relaxed));
        let order = if takes % NEWEST == NEWEST - 1 {
            TakeOrder::NewestFirst
        } else {
            TakeOrder::OldestFirst
        };
        let lease = self.options.lease;
        self.commands.take_jobs(queue, &job_types, self.worker, limit, order, lease).await
    }

    fn concurrency(&self, queue: &str) -> usize {
        let special = self.options.concurrency_of.iter().find(|(name, _)| *name == queue);
        special.map_or(self.options.concurrency, |(_, concurrency)| *concurrency).max(1)
    }
}

impl JobRunner {
    /// Runs jobs of the types that there are handlers for.
    pub fn new(commands: Commands, handlers: Handlers, options: RunnerOptions) -> Self {
        let worker = commands.store().ambient().uuid_v7();
        let takes = handlers.queues().into_iter().map(|queue| (queue, AtomicUsize::new(0)));
        let takes = takes.collect();
        Self { shared: Arc::new(Shared { commands, handlers, options, worker, takes }) }
    }

    /// Runs what is due, until nothing is, and returns how many tries that were. For tests, which
    /// have their own say in what is due.
    ///
    /// # Errors
    /// The store's, when it cannot be asked what is due.
    pub async fn drain(&self) -> Result<usize, CommandError> {
        let never = CancellationToken::new();
        let mut tries = 0;
        loop {
            let before = tries;
            for queue in self.shared.handlers.queues() {
                let taken = Instant::now();
                let jobs = self.shared.take(queue, self.shared.concurrency(queue)).await?;
                tries += jobs.len();
                let attempts =
                    jobs.into_iter().map(|job| attempt(&self.shared, job, taken, &never));
                futures_util::future::join_all(attempts).await;
            }
            if tries == before {
                return Ok(tries);
            }
        }
    }

    /// Runs jobs until told to stop; then takes no more, waits for those that are running, and
    /// gives back what is not done within the grace.
    pub async fn run(&self, stop: CancellationToken) {
        let mut queues = JoinSet::new();
        let mut wakes = Wakes::new();
        for queue in self.shared.handlers.queues() {
            let wake = Arc::new(Notify::new());
            wakes.insert(queue, Arc::clone(&wake));
            let (shared, stop) = (Arc::clone(&self.shared), stop.clone());
            queues.spawn(async move { Queue { shared, name: queue, wake }.run(&stop).await });
        }
        let pool = self.shared.commands.store().pool();
        tokio::select! {
            () = stop.cancelled() => {}
            _ = listen(pool, &wakes) => {}
            () = self.sweep() => {}
        }
        while let Some(ended) = queues.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a queue is not worked on any more");
            }
        }
    }

    /// Now and then deletes what has ended long ago.
    async fn sweep(&self) {
        loop {
            match self.shared.commands.forget_jobs(self.shared.options.retention).await {
                Ok(0) => {}
                Ok(jobs) => tracing::info!(jobs, "forgot jobs that ended long ago"),
                Err(error) => tracing::warn!(%error, "cannot sweep out old jobs"),
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
}

/// A queue that is worked on.
struct Queue {
    shared: Arc<Shared>,
    name: &'static str,
    wake: Arc<Notify>,
}

impl Queue {
    async fn run(&self, stop: &CancellationToken) {
        let release = CancellationToken::new();
        let mut running = JoinSet::new();
        let mut reachable = true;
        while !stop.is_cancelled() {
            // In place of all that have ended meanwhile others are taken at one go.
            while let Some(ended) = running.try_join_next() {
                report(ended);
            }
            let concurrency = self.shared.concurrency(self.name);
            let free = concurrency.saturating_sub(running.len());
            let began = Instant::now();
            match self.take(free).await {
                Ok(jobs) => {
                    reachable = true;
                    for job in jobs {
                        let (shared, release) = (Arc::clone(&self.shared), release.clone());
                        running.spawn(async move { attempt(&shared, job, began, &release).await });
                    }
                }
                Err(error) if reachable => {
                    reachable = false;
                    tracing::warn!(queue = self.name, %error, "cannot look for due jobs");
                }
                Err(_same) => {}
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = running.join_next() => report(ended),
                () = self.wake.notified(), if running.len() < concurrency => {}
                () = tokio::time::sleep(self.shared.options.poll) => {}
            }
        }
        let finish = async {
            while let Some(ended) = running.join_next().await {
                report(ended);
            }
        };
        if tokio::time::timeout(self.shared.options.grace, finish).await.is_err() {
            release.cancel();
            while let Some(ended) = running.join_next().await {
                report(ended);
            }
        }
    }

    async fn take(&self, limit: usize) -> Result<Vec<TakenJob>, CommandError> {
        if limit == 0 { Ok(Vec::new()) } else { self.shared.take(self.name, limit).await }
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a try of a job ended badly; its lease runs out");
    }
}
