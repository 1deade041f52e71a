//! One try of a job: does it, keeps the lease meanwhile, and says how it ended.

use std::time::{Duration, Instant};

use commands::jobs::{Kept, Settled, TakenJob, Verdict, WhenDone};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::handler::{Done, JobError, JobRun, Reached};
use super::runner::Shared;

/// How long to wait before a verdict is given again that did not get through.
const SETTLE_AGAIN: Duration = Duration::from_millis(500);

/// How a try came to its end.
enum End {
    /// By itself.
    Done(Done),
    /// The lease was lost: whatever it would say does not count any more.
    Lost,
    /// The process stops before it is done.
    Released,
}

/// Does a job that was taken at `taken`. When `release` is cancelled before it is done, it is given
/// back.
pub(super) async fn attempt(
    shared: &Shared,
    job: TakenJob,
    taken: Instant,
    release: &CancellationToken,
) {
    let reached = Reached::default();
    let mut leased = taken;
    let end = match refused(&job) {
        Some(done) => End::Done(done),
        None => work(shared, &job, &reached, &mut leased, release).await,
    };
    match end {
        End::Done(done) => settle(shared, &job, &reached, leased, done).await,
        End::Lost => tracing::warn!(job = %job.id, "lost the lease of a job"),
        End::Released => {
            if let Err(error) = shared.commands.give_back_job(&job).await {
                tracing::warn!(job = %job.id, %error, "cannot give a job back; its lease runs out");
            }
        }
    }
}

/// What is to be said of a job that is not even begun.
fn refused(job: &TakenJob) -> Option<Done> {
    if job.cancel_requested {
        Some(Err(JobError::Cancelled))
    } else if job.tries > job.max_tries {
        let error = "Its worker was never heard of again, at the last try too.";
        Some(Err(JobError::TryAgain(error.to_owned())))
    } else {
        None
    }
}

async fn work(
    shared: &Shared,
    job: &TakenJob,
    reached: &Reached,
    leased: &mut Instant,
    release: &CancellationToken,
) -> End {
    let cancel = CancellationToken::new();
    let run = JobRun {
        commands: shared.commands.clone(),
        job: job.clone(),
        cancel: cancel.clone(),
        reached: reached.clone(),
    };
    let Some(work) = shared.handlers.start(run) else {
        // It was taken by its type, so this cannot be.
        return End::Released;
    };
    // As a task of its own, a panic is its own too; dropped, it ends at its next await.
    let work = AbortOnDropHandle::new(tokio::spawn(work));
    tokio::select! {
        done = work => End::Done(done.unwrap_or_else(|error| {
            tracing::error!(job = %job.id, %error, "a job panicked");
            Err(JobError::TryAgain("Something went wrong here.".to_owned()))
        })),
        () = keep(shared, job, reached, leased, &cancel) => End::Lost,
        () = release.cancelled() => End::Released,
    }
}

/// Prolongs the lease until it is lost.
async fn keep(
    shared: &Shared,
    job: &TakenJob,
    reached: &Reached,
    leased: &mut Instant,
    cancel: &CancellationToken,
) {
    let lease = shared.options.lease;
    // Often enough that progress and a wish to cancel are seen soon.
    let beat = (lease / 5).min(Duration::from_secs(1));
    loop {
        tokio::time::sleep(beat).await;
        let asked = Instant::now();
        match shared.commands.keep_job(job, lease, reached.get().as_ref()).await {
            Ok(Kept::Yes) => *leased = asked,
            Ok(Kept::ToBeCancelled) => {
                *leased = asked;
                cancel.cancel();
            }
            Ok(Kept::Lost) => return,
            Err(error) => {
                tracing::debug!(job = %job.id, %error, "cannot prolong the lease of a job");
                if leased.elapsed() >= lease {
                    return;
                }
            }
        }
    }
}

/// Says how a job ended, again and again until it is heard or the lease has run out.
async fn settle(shared: &Shared, job: &TakenJob, reached: &Reached, leased: Instant, done: Done) {
    let progress = reached.get();
    let verdict = verdict(shared, job, done);
    let routine = verdict == Verdict::Forgotten;
    loop {
        let settled = shared.commands.settle_job(job, progress.as_ref(), verdict.clone()).await;
        match settled {
            Ok(Settled::Yes(status)) => {
                let (id, job_type, tries) = (job.id, &job.job_type, job.tries);
                let status = status.as_str();
                // What Docket does by itself, time and again, is nothing to talk about while it works.
                if routine {
                    tracing::debug!(job = %id, job_type, tries, status, "a try ended");
                } else {
                    tracing::info!(job = %id, job_type, tries, status, "a try ended");
                }
                return;
            }
            Ok(Settled::Lost) => {
                tracing::warn!(job = %job.id, "a job ended after its lease; it does not count");
                return;
            }
            Err(error) if leased.elapsed() >= shared.options.lease => {
                tracing::warn!(job = %job.id, %error, "cannot say how a job ended");
                return;
            }
            Err(error) => {
                tracing::debug!(job = %job.id, %error, "cannot say how a job ended, once more");
                tokio::time::sleep(SETTLE_AGAIN).await;
            }
        }
    }
}

fn verdict(shared: &Shared, job: &TakenJob, done: Done) -> Verdict {
    match done {
        Ok(result) => match shared.handlers.when_done(&job.job_type) {
            WhenDone::Kept => Verdict::Succeeded(result),
            WhenDone::Forgotten => Verdict::Forgotten,
        },
        Err(JobError::PutOff { error, after }) => Verdict::PutOff { error, after },
        Err(JobError::Cancelled) => Verdict::Cancelled,
        Err(JobError::TryAgain(error)) => try_again(shared, job, error),
        Err(JobError::Failed(error)) => match shared.handlers.when_done(&job.job_type) {
            WhenDone::Kept => Verdict::Failed(error),
            // Nobody asked for it, so nobody reads why. Another look at how things stand may find it done, and what
            // is given up on is found among the dead, and can be tried anew.
            WhenDone::Forgotten => try_again(shared, job, error),
        },
    }
}

fn try_again(shared: &Shared, job: &TakenJob, error: String) -> Verdict {
    let entropy = shared.commands.store().ambient().bytes();
    let after = shared.options.backoff.after(job.tries, entropy);
    Verdict::TryAgain { error, after }
}
