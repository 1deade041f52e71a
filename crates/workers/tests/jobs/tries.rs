//! Trying again, giving up, trying anew.

use std::time::Duration;

use commands::CommandError;
use commands::jobs::{JobStatus, JobType, Progress, WhenDone};
use serde_json::json;
use workers::jobs::{Handlers, JobError, JobRunner};

use crate::support::{Count, Desk, WORK, enqueue, later, options, runner, seen};

fn again(words: &str) -> JobError {
    JobError::TryAgain(words.to_owned())
}

#[tokio::test]
async fn what_does_not_work_is_tried_again_after_a_while() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let tries = Count::default();
    let runner = runner(&commands, move |_| {
        let n = tries.up();
        async move { if n < 2 { Err(again("not yet")) } else { Ok(json!({ "at": n })) } }
    });
    assert_eq!(runner.drain().await.unwrap(), 1, "the second try is not due at once");
    let waiting = seen(&commands, id).await;
    assert_eq!((waiting.status, waiting.tries), (JobStatus::Queued, 1));
    assert_eq!(waiting.error.as_deref(), Some("not yet"));
    let wait = waiting.due_at - waiting.started_at.unwrap();
    assert!((29..=61).contains(&wait.num_seconds()), "{wait}");
    later(&commands).await;
    assert_eq!(runner.drain().await.unwrap(), 1);
    let done = seen(&commands, id).await;
    assert_eq!((done.status, done.tries, done.error), (JobStatus::Succeeded, 2, None));
    assert_eq!(done.result, Some(json!({ "at": 2 })));
}

#[tokio::test]
async fn what_never_works_is_given_up_with_its_error_and_can_be_tried_anew() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let tries = Count::default();
    let runner = runner(&commands, move |_| {
        let n = tries.up();
        async move { if n <= 3 { Err(again("no")) } else { Ok(json!(n)) } }
    });
    for _ in 0..5 {
        runner.drain().await.unwrap();
        later(&commands).await;
    }
    let dead = seen(&commands, id).await;
    assert_eq!((dead.status, dead.tries), (JobStatus::Dead, 3));
    assert_eq!(dead.error.as_deref(), Some("no"));
    assert!(dead.finished_at.is_some());
    let revived = commands.retry_job(id, Some(dead.version)).await.unwrap();
    assert_eq!((revived.status, revived.tries), (JobStatus::Queued, 0));
    let late = commands.retry_job(id, Some(dead.version)).await;
    assert!(matches!(late, Err(CommandError::VersionMismatch { .. })), "{late:?}");
    runner.drain().await.unwrap();
    assert_eq!(seen(&commands, id).await.result, Some(json!(4)));
    let done = commands.retry_job(id, None).await;
    assert!(
        matches!(done, Err(CommandError::JobEnded { status: JobStatus::Succeeded })),
        "{done:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_done_is_not_tried_again() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let runner = runner(&commands, |run| async move {
        run.progress(Progress::from([("rows", 7)]));
        Err(JobError::Failed("there is nothing to do".to_owned()))
    });
    runner.drain().await.unwrap();
    later(&commands).await;
    assert_eq!(runner.drain().await.unwrap(), 0);
    let failed = seen(&commands, id).await;
    assert_eq!(failed.status, JobStatus::Failed);
    assert_eq!(failed.error.as_deref(), Some("there is nothing to do"));
    assert_eq!(failed.progress, Some(Progress::from([("rows", 7)])));
}

#[tokio::test]
async fn what_docket_does_by_itself_is_never_refused_for_good() {
    const ROUTINE: JobType = JobType { when_done: WhenDone::Forgotten, ..WORK };
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (id, tries) = (enqueue(&commands, "a").await, Count::default());
    let handlers = Handlers::default().with(ROUTINE, move |_| {
        let n = tries.up();
        async move {
            if n <= 3 { Err(JobError::Failed("it was refused".to_owned())) } else { Ok(json!(n)) }
        }
    });
    let runner = JobRunner::new(commands.clone(), handlers, options());
    for _ in 0..4 {
        runner.drain().await.unwrap();
        later(&commands).await;
    }
    let dead = seen(&commands, id).await;
    assert_eq!((dead.status, dead.tries), (JobStatus::Dead, 3));
    assert_eq!(dead.error.as_deref(), Some("it was refused"));
    commands.retry_job(id, None).await.unwrap();
    runner.drain().await.unwrap();
    assert!(commands.job(id).await.unwrap().is_none(), "it is done");
}

#[tokio::test]
async fn a_job_that_cannot_be_opened_fails_alone() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (broken, sound) = (enqueue(&commands, "a").await, enqueue(&commands, "b").await);
    sqlx::query("update work.jobs set payload = 'x' where id = $1")
        .bind(broken)
        .execute(commands.store().pool())
        .await
        .unwrap();
    runner(&commands, async |_| Ok(json!(null))).drain().await.unwrap();
    assert_eq!(seen(&commands, broken).await.status, JobStatus::Failed);
    assert_eq!(seen(&commands, sound).await.status, JobStatus::Succeeded);
}

#[tokio::test]
async fn a_panic_is_a_try_that_did_not_work() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let tries = Count::default();
    let runner = runner(&commands, move |_| {
        let n = tries.up();
        async move {
            assert!(n > 1, "a handler with a mistake in it");
            Ok(json!(n))
        }
    });
    runner.drain().await.unwrap();
    assert_eq!(seen(&commands, id).await.status, JobStatus::Queued);
    later(&commands).await;
    runner.drain().await.unwrap();
    assert_eq!(seen(&commands, id).await.status, JobStatus::Succeeded);
}

#[tokio::test]
async fn what_is_put_off_loses_no_try_however_often() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let runner = runner(&commands, |_| async {
        let after = Duration::from_secs(30);
        Err(JobError::PutOff { error: "not now".to_owned(), after })
    });
    for _ in 0..2 * u32::from(WORK.max_tries) {
        assert_eq!(runner.drain().await.unwrap(), 1, "it is not due again at once");
        let waiting = seen(&commands, id).await;
        assert_eq!((waiting.status, waiting.tries), (JobStatus::Queued, 0));
        assert_eq!(waiting.error.as_deref(), Some("not now"));
        later(&commands).await;
    }
}
