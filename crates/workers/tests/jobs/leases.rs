//! Workers that are killed, and workers that come back too late.

use std::time::Duration;

use commands::Commands;
use commands::jobs::{JobStatus, Kept, Settled, TakeOrder, TakenJob, Verdict};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Desk, WORK, enqueue, later, runner, seen};

const LEASE: Duration = Duration::from_secs(30);

async fn take(commands: &Commands) -> Vec<TakenJob> {
    let worker = commands.store().ambient().uuid_v7();
    commands
        .take_jobs(WORK.queue, &[WORK.name], worker, 10, TakeOrder::OldestFirst, LEASE)
        .await
        .unwrap()
}

async fn take_one(commands: &Commands, id: Uuid) -> TakenJob {
    let mut taken = take(commands).await;
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].id, id);
    taken.remove(0)
}

#[tokio::test]
async fn the_job_of_a_killed_worker_is_done_by_another_once_its_lease_has_run_out() {
    let desk = Desk::new().await;
    let (killed, other) = (desk.process().await, desk.process().await);
    let id = enqueue(&killed, "a").await;
    take_one(&killed, id).await;
    let runner = runner(&other, |run| async move { Ok(json!(run.job.tries)) });
    assert_eq!(runner.drain().await.unwrap(), 0, "the lease holds");
    later(&other).await;
    assert_eq!(runner.drain().await.unwrap(), 1);
    assert_eq!(seen(&other, id).await.result, Some(json!(2)));
}

#[tokio::test]
async fn a_lease_that_is_prolonged_does_not_run_out() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let job = take_one(&commands, id).await;
    later(&commands).await;
    assert_eq!(commands.keep_job(&job, LEASE, None).await.unwrap(), Kept::Yes);
    assert!(take(&commands).await.is_empty());
}

#[tokio::test]
async fn who_comes_back_after_the_lease_can_do_nothing_to_the_job_any_more() {
    let desk = Desk::new().await;
    let (paused, other) = (desk.process().await, desk.process().await);
    let id = enqueue(&paused, "a").await;
    let zombie = take_one(&paused, id).await;
    later(&other).await;
    let job = take_one(&other, id).await;
    let verdict = |text: &str| Verdict::Succeeded(json!(text));
    assert_eq!(paused.keep_job(&zombie, LEASE, None).await.unwrap(), Kept::Lost);
    let late = paused.settle_job(&zombie, None, verdict("late")).await.unwrap();
    assert_eq!(late, Settled::Lost);
    paused.give_back_job(&zombie).await.unwrap();
    assert_eq!(seen(&other, id).await.status, JobStatus::Running);
    let settled = other.settle_job(&job, None, verdict("right")).await.unwrap();
    assert_eq!(settled, Settled::Yes(JobStatus::Succeeded));
    let late = paused.settle_job(&zombie, None, Verdict::Failed("late".to_owned())).await.unwrap();
    assert_eq!(late, Settled::Lost);
    assert_eq!(seen(&other, id).await.result, Some(json!("right")));
}

#[tokio::test]
async fn a_zombie_of_before_a_revival_is_still_one_though_the_tries_are_counted_anew() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let zombie = take_one(&commands, id).await;
    for _ in 1..WORK.max_tries {
        later(&commands).await;
        take_one(&commands, id).await;
    }
    later(&commands).await;
    let never = runner(&commands, async |_| panic!("it is not even begun"));
    never.drain().await.unwrap();
    assert_eq!(seen(&commands, id).await.status, JobStatus::Dead);
    commands.retry_job(id, None).await.unwrap();
    let job = take_one(&commands, id).await;
    assert_eq!((job.tries, zombie.tries), (1, 1));
    let late = commands.settle_job(&zombie, None, Verdict::Cancelled).await.unwrap();
    assert_eq!(late, Settled::Lost);
}

#[tokio::test]
async fn many_workers_never_have_the_same_job() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    for n in 0..40 {
        enqueue(&one, &format!("{n}")).await;
    }
    let (a, b, c, d) = tokio::join!(take(&one), take(&two), take(&one), take(&two));
    let mut ids: Vec<Uuid> = [a, b, c, d].concat().iter().map(|job| job.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), all), (40, 40));
}

#[tokio::test]
async fn a_job_of_a_type_that_this_binary_does_not_know_is_left_alone() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let worker = Uuid::nil();
    let taken = commands
        .take_jobs(WORK.queue, &["other"], worker, 10, TakeOrder::OldestFirst, LEASE)
        .await
        .unwrap();
    assert!(taken.is_empty());
    assert_eq!(seen(&commands, id).await.status, JobStatus::Queued);
}
