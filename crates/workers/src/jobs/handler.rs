//! Who does which type of job.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::files::FileStore;
use commands::Commands;
use commands::import::IMPORT;
use commands::jobs::{JobType, Progress, TakenJob, WhenDone};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use projections::Queries;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::import::import;
use crate::external::External;
use crate::files::TextReader;
use crate::handlers;

/// What came of a try: a result to be shown to whoever asked, or an error.
pub type Done = Result<Value, JobError>;

/// Why a try did not succeed. The words are for whoever asked, and are stored sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// It may succeed another time.
    #[error("{0}")]
    TryAgain(String),
    /// It could not even be tried, and is not to be for so long; that is no try.
    #[error("{error}")]
    PutOff {
        /// What is in the way.
        error: String,
        /// For how long.
        after: Duration,
    },
    /// It never will.
    #[error("{0}")]
    Failed(String),
    /// It was called off.
    #[error("the job was called off")]
    Cancelled,
}

/// One try of a job, in the hands of whoever does it.
#[derive(Debug, Clone)]
pub struct JobRun {
    /// The write side.
    pub commands: Commands,
    /// The job.
    pub job: TakenJob,
    pub(super) cancel: CancellationToken,
    pub(super) reached: Reached,
}

/// How far a try has come, as it was last told.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached(Arc<Mutex<Option<Progress>>>);

impl Reached {
    pub(super) fn get(&self) -> Option<Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl JobRun {
    /// Notes how far it has come. Costs nothing: it is written down with the next prolonging of the
    /// lease.
    pub fn progress(&self, progress: Progress) {
        *self.reached.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    /// Returns once the job is called off. To be awaited beside the work, which then ends with
    /// [`JobError::Cancelled`].
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }
}

type Handler = Arc<dyn Fn(JobRun) -> BoxFuture<'static, Done> + Send + Sync>;

/// Who does which type of job.
#[derive(Clone, Default)]
pub struct Handlers(Vec<(JobType, Handler)>);

impl Handlers {
    /// All that Docket does.
    pub fn all(
        queries: &Queries,
        external: &External,
        files: &FileStore,
        ocr: &TextReader,
    ) -> Self {
        handlers::add(Self::imports(), queries, external, files, ocr)
    }

    /// What people ask for: imports.
    pub fn imports() -> Self {
        Self::default().with(IMPORT, import)
    }

    /// These, and one more.
    #[must_use]
    pub fn with<F>(
        mut self,
        job_type: JobType,
        handler: impl Fn(JobRun) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Done> + Send + 'static,
    {
        self.0.push((job_type, Arc::new(move |run| handler(run).boxed())));
        self
    }

    /// Those for some queues only.
    #[must_use]
    pub fn of_queues(mut self, queues: &[String]) -> Self {
        self.0.retain(|(job_type, _)| queues.iter().any(|queue| queue == job_type.queue));
        self
    }

    /// The queues, each once.
    pub fn queues(&self) -> Vec<&'static str> {
        let mut queues: Vec<_> = self.0.iter().map(|(job_type, _)| job_type.queue).collect();
        queues.sort_unstable();
        queues.dedup();
        queues
    }

    /// The types of job in a queue.
    pub(super) fn job_types(&self, queue: &str) -> Vec<&'static str> {
        let of_queue = self.0.iter().filter(|(job_type, _)| job_type.queue == queue);
        of_queue.map(|(job_type, _)| job_type.name).collect()
    }

    /// Whether nobody will ask what came of a job of this type.
    pub(super) fn when_done(&self, job_type: &str) -> WhenDone {
        let found = self.0.iter().find(|(known, _)| known.name == job_type);
        found.map_or(WhenDone::Kept, |(known, _)| known.when_done)
    }

    pub(super) fn start(&self, run: JobRun) -> Option<BoxFuture<'static, Done>> {
        let found = self.0.iter().find(|(job_type, _)| job_type.name == run.job.job_type);
        found.map(|(_, handler)| handler(run))
    }
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(job_type, _)| job_type.name)).finish()
    }
}
