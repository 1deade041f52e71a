//! Keeps the private Postgres running.

use std::time::{Duration, Instant};

use anyhow::Result;
use embedded_postgres::{EmbeddedPostgres, Error};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Pauses between attempts to start it again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The task that starts Postgres again when it dies. Appender and pools connect anew by themselves.
pub struct Supervisor {
    stop: CancellationToken,
    task: Option<JoinHandle<Result<(), Error>>>,
}

impl Supervisor {
    pub(super) fn start(server: EmbeddedPostgres) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep_running(server, stop.clone()));
        Self { stop, task: Some(task) }
    }

    /// For a server that is not ours.
    pub(super) fn idle() -> Self {
        Self { stop: CancellationToken::new(), task: None }
    }

    /// Stops Postgres and waits until it has ended.
    ///
    /// # Errors
    /// It did not stop cleanly. No acknowledged commit is lost by that.
    pub async fn stop(self) -> Result<()> {
        self.stop.cancel();
        match self.task {
            Some(task) => Ok(task.await??),
            None => Ok(()),
        }
    }
}

async fn keep_running(mut server: EmbeddedPostgres, stop: CancellationToken) -> Result<(), Error> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return server.stop().await,
            ended = server.ended() => match ended {
                Ok(status) => tracing::error!(%status, "Postgres died; starting it again"),
                Err(error) => tracing::error!(%error, "Postgres cannot be watched; starting it again"),
            },
        }
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        while let Err(error) = server.restart().await {
            tracing::error!(%error, "Postgres does not start");
            tokio::select! {
                // There is nothing to stop.
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        tracing::info!(milliseconds = began.elapsed().as_millis(), "Postgres runs again");
    }
}
