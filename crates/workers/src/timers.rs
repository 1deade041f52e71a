//! Timers that are due turn into jobs.
//!
//! Every worker looks; nobody gets what another one has. A timer says only that somebody is to look again, so a clock
//! that jumps makes it early or late and nothing worse. The job is there when the timer is gone, or neither is.

use std::time::Duration;

use commands::{CommandError, Commands};
use tokio_util::sync::CancellationToken;

use crate::work::{Cause, Work};

/// Timers taken at a time.
const BATCH: i64 = 500;
/// How long to wait at most before looking again: what is set meanwhile is found so much later.
const POLL: Duration = Duration::from_secs(1);
/// And at least: where the clocks of two machines differ, one finds due what the other puts off again.
const PAUSE: Duration = Duration::from_millis(200);

/// Looks for timers that are due.
#[derive(Debug, Clone)]
pub struct Timers {
    commands: Commands,
}

impl Timers {
    /// The timers of this desk, by the clock of its store.
    pub fn new(commands: Commands) -> Self {
        Self { commands }
    }

    /// Looks until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.look_for_ever() => {}
        }
    }

    async fn look_for_ever(&self) {
        let mut well = true;
        loop {
            match self.look().await {
                Ok(wait) => {
                    well = true;
                    tokio::time::sleep(wait.clamp(PAUSE, POLL)).await;
                }
                Err(error) => {
                    if std::mem::replace(&mut well, false) {
                        tracing::warn!(%error, "cannot look for timers that are due");
                    }
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    /// Asks for what is due, and says how long nothing will be.
    async fn look(&self) -> Result<Duration, CommandError> {
        let Some(next) = self.commands.next_timer().await? else { return Ok(POLL) };
        let left = next - self.commands.store().ambient().now();
        if let Ok(left) = left.to_std()
            && !left.is_zero()
        {
            return Ok(left);
        }
        self.drain().await?;
        Ok(PAUSE)
    }

    /// Asks for what is due now, and returns how many timers that were.
    ///
    /// # Errors
    /// The store's.
    pub async fn drain(&self) -> Result<usize, CommandError> {
        let mut rung = 0;
        loop {
            let now = self.commands.store().ambient().now();
            let mut transaction = self.commands.store().pool().begin().await?;
            let due = self.commands.due_timers(&mut transaction, now, BATCH).await?;
            let jobs = due.iter().map(|timer| {
                let cause = Cause::Timer { token: timer.token };
                Work::of_timer(timer).job(cause)
            });
            self.commands.enqueue_jobs(&mut transaction, &jobs.collect::<Vec<_>>()).await?;
            transaction.commit().await?;
            rung += due.len();
            if due.is_empty() {
                return Ok(rung);
            }
        }
    }
}
