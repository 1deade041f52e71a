//! Calling jobs off, counting them, forgetting them.

use std::time::Duration;

use commands::CommandError;
use commands::jobs::{JobFilter, JobStatus, TakeOrder};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use workers::jobs::{JobError, JobRun};

use crate::support::{Desk, WORK, enqueue, later, runner, seen, until};

async fn pieces(commands: &commands::Commands) -> i64 {
    sqlx::query_scalar("select count(*) from work.job_inputs")
        .fetch_one(commands.store().pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_job_that_waits_is_called_off_at_once_and_its_input_goes() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let mut input = commands.begin_job_input(id);
    input.write(&vec![1; 3 << 20]).await.unwrap();
    input.write(b"rest").await.unwrap();
    input.finish().await.unwrap();
    assert_eq!(pieces(&commands).await, 4);
    let mut reader = commands.job_input(id);
    let mut read = Vec::new();
    while let Some(piece) = reader.next().await.unwrap() {
        read.extend(piece);
    }
    assert_eq!((read.len(), &read[3 << 20..]), ((3 << 20) + 4, b"rest".as_slice()));
    assert_eq!(commands.cancel_job(id, None).await.unwrap().status, JobStatus::Cancelled);
    assert_eq!(commands.cancel_job(id, None).await.unwrap().status, JobStatus::Cancelled);
    assert_eq!(pieces(&commands).await, 0);
    let never = runner(&commands, async |_| Ok(json!(null)));
    assert_eq!(never.drain().await.unwrap(), 0);
    let late = commands.retry_job(id, None).await;
    assert!(matches!(late, Err(CommandError::JobEnded { .. })), "{late:?}");
}

async fn until_cancelled(run: JobRun) -> workers::jobs::Done {
    run.cancelled().await;
    Err(JobError::Cancelled)
}

#[tokio::test]
async fn a_job_that_runs_is_asked_to_end() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let stop = CancellationToken::new();
    let runner = runner(&commands, until_cancelled);
    let (running, told) = (runner.run(stop.clone()), async {
        until(&commands, id, JobStatus::Running).await;
        assert!(commands.cancel_job(id, None).await.unwrap().cancel_requested);
        let job = until(&commands, id, JobStatus::Cancelled).await;
        stop.cancel();
        job
    });
    let ((), job) = tokio::join!(running, told);
    assert_eq!((job.result, job.error), (None, None));
}

#[tokio::test]
async fn a_job_whose_worker_was_killed_after_it_was_called_off_is_not_begun_again() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let lease = Duration::from_secs(30);
    let ambient = commands.store().ambient().clone();
    commands
        .take_jobs(WORK.queue, &[WORK.name], ambient.uuid_v7(), 1, TakeOrder::OldestFirst, lease)
        .await
        .unwrap();
    commands.cancel_job(id, None).await.unwrap();
    later(&commands).await;
    runner(&commands, async |_| panic!("it is not begun")).drain().await.unwrap();
    assert_eq!(seen(&commands, id).await.status, JobStatus::Cancelled);
}

#[tokio::test]
async fn queues_are_counted_and_jobs_found_by_what_they_are() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let first = enqueue(&commands, "a").await;
    let second = enqueue(&commands, "b").await;
    commands.cancel_job(first, None).await.unwrap();
    let counts = commands.job_counts().await.unwrap();
    assert_eq!(counts.len(), 1);
    let test = &counts[0];
    assert_eq!((test.queue.as_str(), test.queued, test.running, test.dead), ("test", 1, 0, 0));
    assert!(test.oldest_due.unwrap() < Duration::from_secs(60));
    let ids = async |filter: JobFilter, before| {
        let found = commands.jobs(&filter, before, 10).await.unwrap();
        found.iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(JobFilter::default(), None).await, [second, first]);
    assert_eq!(ids(JobFilter::default(), Some(second)).await, [first]);
    let queued = JobFilter { status: vec![JobStatus::Queued], ..JobFilter::default() };
    assert_eq!(ids(queued.clone(), None).await, [second]);
    assert_eq!(commands.count_jobs(&queued, 10).await.unwrap(), 1);
    let other = JobFilter { queue: vec!["other".to_owned()], ..JobFilter::default() };
    assert!(ids(other, None).await.is_empty());
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_and_an_upload_that_was_given_up_too() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (ended, waiting) = (enqueue(&commands, "a").await, enqueue(&commands, "b").await);
    commands.cancel_job(ended, None).await.unwrap();
    for id in [waiting, commands.store().ambient().uuid_v7()] {
        let mut input = commands.begin_job_input(id);
        input.write(b"x").await.unwrap();
        input.finish().await.unwrap();
    }
    let age = "update work.job_inputs set added_at = now() - interval '2 days'";
    sqlx::query(age).execute(commands.store().pool()).await.unwrap();
    assert_eq!(commands.forget_jobs(Duration::from_secs(3600)).await.unwrap(), 0);
    assert_eq!(pieces(&commands).await, 1, "that of the job that waits");
    assert_eq!(commands.forget_jobs(Duration::ZERO).await.unwrap(), 1);
    assert!(commands.job(ended).await.unwrap().is_none());
    assert_eq!(seen(&commands, waiting).await.status, JobStatus::Queued);
}
