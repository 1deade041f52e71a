//! Everything started together, and stopped together.

use std::sync::Arc;

use commands::Commands;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::inbound::InboundConsumer;
use crate::jobs::{Handlers, JobRunner, RunnerOptions};

/// What the workers of a process are made of.
#[derive(Debug, Clone)]
pub struct WorkersOptions {
    /// The write side.
    pub commands: Commands,
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
    jobs: JoinHandle<()>,
    inbound: Option<JoinHandle<()>>,
}

impl Workers {
    /// Starts them on the present runtime.
    ///
    /// # Errors
    /// A queue that there is not.
    pub fn start(options: WorkersOptions) -> Result<Self, UnknownQueue> {
        let handlers = Handlers::all();
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
        let runner = Arc::new(JobRunner::new(options.commands, handlers, options.jobs));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let jobs = tokio::spawn(async move { runner.run(stopped).await });
        Ok(Self { stop, jobs, inbound: None })
    }

    /// Takes the tickets of an external help desk from their topic as well.
    #[must_use]
    pub fn with_inbound(mut self, consumer: InboundConsumer) -> Self {
        let stop = self.stop.clone();
        self.inbound = Some(tokio::spawn(async move {
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
        for task in std::iter::once(self.jobs).chain(self.inbound) {
            if let Err(error) = task.await {
                tracing::error!(%error, "the workers did not stop as they should");
            }
        }
    }
}
