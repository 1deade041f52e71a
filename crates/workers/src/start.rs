//! Everything started together, and stopped together.

use std::sync::Arc;
use std::time::Duration;

use ::files::FileStore;
use commands::Commands;
use projections::Queries;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::external::External;
use crate::files::{FileSweeper, SweepMetrics, TextReader};
use crate::inbound::InboundConsumer;
use crate::jobs::{Handlers, JobRunner, RunnerOptions};
use crate::reactions::Reactions;
use crate::timers::Timers;
use crate::work::{FILES_QUEUE, OCR_QUEUE};

/// What the workers of a process are made of.
#[derive(Debug, Clone)]
pub struct WorkersOptions {
    /// The write side.
    pub commands: Commands,
    /// The read side, for what concerns many tickets.
    pub queries: Queries,
    /// How other systems are asked.
    pub external: External,
    /// Where files lie.
    pub files: FileStore,
    /// What nobody refers to is taken away when it is so old: longer than any upload and its event take.
    pub sweep_grace: Duration,
    /// Where it is counted.
    pub sweeps: SweepMetrics,
    /// What reads the text of files.
    pub ocr: TextReader,
    /// This process, as it is registered.
    pub process: Uuid,
    /// The queues that this process works on; all of them when nothing is said.
    pub queues: Option<Vec<String>>,
    /// How jobs are run.
    pub jobs: RunnerOptions,
}

/// There is no queue of this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no queue {name:?}; there are: {}", .known.join(", "))]
pub struct UnknownQueue {
    /// The name.
    pub name: String,
    /// Those that there are.
    pub known: Vec<&'static str>,
}

/// The workers of this process, at work.
#[derive(Debug)]
pub struct Workers {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts them on the present runtime.
    ///
    /// # Errors
    /// A queue that there is not.
    pub fn start(options: WorkersOptions) -> Result<Self, UnknownQueue> {
        let handlers =
            Handlers::all(&options.queries, &options.external, &options.files, &options.ocr);
        let handlers = match options.queues {
            None => handlers,
            Some(queues) => {
                let known = handlers.queues();
                if let Some(name) = queues.iter().find(|name| !known.contains(&name.as_str())) {
                    return Err(UnknownQueue { name: name.clone(), known });
                }
                handlers.of_queues(&queues)
            }
        };
        let stop = CancellationToken::new();
        let reactions = Reactions::new(options.commands.clone());
        let timers = Timers::new(options.commands.clone());
        let mut jobs = options.jobs;
        // The most that an engine does at a time, unless told otherwise.
        if !jobs.concurrency_of.iter().any(|(queue, _)| *queue == OCR_QUEUE) {
            jobs.concurrency_of.push((OCR_QUEUE, options.ocr.instances()));
        }
        let looks_after_files = handlers.queues().contains(&FILES_QUEUE);
        let sweeper =
            FileSweeper::new(options.commands.clone(), options.files, options.sweep_grace)
                .counted_by(options.sweeps);
        let runner = Arc::new(JobRunner::new(options.commands, handlers, jobs));
        let (react, ring, work) = (stop.clone(), stop.clone(), stop.clone());
        let mut tasks = vec![
            tokio::spawn(async move { reactions.run(options.process, react).await }),
            tokio::spawn(async move { timers.run(ring).await }),
            tokio::spawn(async move { runner.run(work).await }),
        ];
        if looks_after_files {
            let sweep = stop.clone();
            tasks.push(tokio::spawn(async move { sweeper.run(options.process, sweep).await }));
        }
        Ok(Self { stop, tasks })
    }

    /// Takes the tickets of an external help desk from their topic as well.
    #[must_use]
    pub fn with_inbound(mut self, consumer: InboundConsumer) -> Self {
        let stop = self.stop.clone();
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = consumer.run(stop).await {
                tracing::error!(%error, "inbound tickets are not taken from their topic");
            }
        }));
        self
    }

    /// Takes nothing new, lets what is running finish within the grace, gives the rest back, and
    /// returns when all has stopped.
    pub async fn finish(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the workers did not stop as they should");
            }
        }
    }
}
