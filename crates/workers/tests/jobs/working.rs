//! The runner at work: woken, bounded, stopped.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use commands::jobs::JobStatus;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use workers::jobs::{Handlers, JobRunner, RunnerOptions};

use crate::support::{Count, Desk, WORK, enqueue, options, seen, until};

#[tokio::test]
async fn a_new_job_wakes_the_runner_long_before_it_would_look_by_itself() {
    let desk = Desk::new().await;
    let (commands, other) = (desk.process().await, desk.process().await);
    let handlers = Handlers::default().with(WORK, async |_| Ok(json!(null)));
    let options = RunnerOptions { poll: Duration::from_secs(3600), ..options() };
    let runner = JobRunner::new(commands.clone(), handlers, options);
    let stop = CancellationToken::new();
    let told = async {
        // The first may come before it listens; the second finds it asleep.
        let first = enqueue(&other, "a").await;
        until(&other, first, JobStatus::Succeeded).await;
        let second = enqueue(&other, "b").await;
        until(&other, second, JobStatus::Succeeded).await;
        stop.cancel();
    };
    tokio::join!(runner.run(stop.clone()), told);
}

#[tokio::test]
async fn what_is_asked_for_now_does_not_wait_for_all_that_was_asked_for_before() {
    const FLOOD: usize = 40;
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let done = Arc::new(Mutex::new(Vec::new()));
    let order = Arc::clone(&done);
    let handlers = Handlers::default().with(WORK, move |run| {
        order.lock().unwrap().push(String::from_utf8(run.job.payload).unwrap());
        async { Ok(json!(null)) }
    });
    for n in 0..FLOOD {
        enqueue(&commands, &format!("{n:02}")).await;
    }
    enqueue(&commands, "now").await;
    let options = RunnerOptions { concurrency: 1, ..options() };
    JobRunner::new(commands.clone(), handlers, options).drain().await.unwrap();
    let done = done.lock().unwrap();
    assert_eq!(done.len(), FLOOD + 1);
    let place = |key: &str| done.iter().position(|done| done == key).unwrap();
    assert!(place("now") < 4, "{done:?}");
    assert!(place("00") < 4 && place("20") < 30, "nor do those: {done:?}");
}

#[tokio::test]
async fn no_more_jobs_run_at_a_time_than_may() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (at_once, most) = (Count::default(), Count::default());
    let (running, seen_most) = (at_once.clone(), most.clone());
    let handlers = Handlers::default().with(WORK, move |_| {
        let (running, most) = (running.clone(), seen_most.clone());
        async move {
            let now = running.up();
            while most.get() < now {
                most.up();
            }
            // As many as may, or the test never ends; and then a moment for one too many.
            while most.get() < 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            running.down();
            Ok(json!(null))
        }
    });
    let options = RunnerOptions { concurrency: 3, ..options() };
    let runner = JobRunner::new(commands.clone(), handlers, options);
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(enqueue(&commands, &format!("{n}")).await);
    }
    let stop = CancellationToken::new();
    let told = async {
        for id in &ids {
            until(&commands, *id, JobStatus::Succeeded).await;
        }
        stop.cancel();
    };
    tokio::join!(runner.run(stop.clone()), told);
    assert_eq!(most.get(), 3, "at once");
}

#[tokio::test]
async fn a_queue_may_have_a_number_of_its_own() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let at_once = Count::default();
    let running = at_once.clone();
    let handlers = Handlers::default().with(WORK, move |_| {
        let running = running.clone();
        async move {
            running.up();
            // All five, or the test never ends.
            while running.get() < 5 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(json!(null))
        }
    });
    let concurrency_of = vec![("other", 1), (WORK.queue, 5)];
    let options = RunnerOptions { concurrency: 1, concurrency_of, ..options() };
    for n in 0..5 {
        enqueue(&commands, &format!("{n}")).await;
    }
    assert_eq!(JobRunner::new(commands, handlers, options).drain().await.unwrap(), 5);
}

/// Tells that it was dropped.
struct Told(Count);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.up();
    }
}

#[tokio::test]
async fn work_on_a_job_that_another_has_taken_is_dropped_and_does_not_count() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "a").await;
    let (begun, dropped) = (Count::default(), Count::default());
    let (begin, told) = (begun.clone(), dropped.clone());
    let handlers = Handlers::default().with(WORK, move |_| {
        begin.up();
        let told = Told(told.clone());
        async move {
            let _told = told;
            std::future::pending::<()>().await;
            Ok(json!("never"))
        }
    });
    let options = RunnerOptions { lease: Duration::from_secs(6), ..options() };
    let runner = JobRunner::new(commands.clone(), handlers, options);
    let stop = CancellationToken::new();
    let told = async {
        until(&commands, id, JobStatus::Running).await;
        while begun.get() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let taken =
            "update work.jobs set version = version + 1, due_at = now() + interval '1 hour'";
        sqlx::query(taken).execute(commands.store().pool()).await.unwrap();
        let asked = Instant::now();
        while dropped.get() == 0 {
            assert!(asked.elapsed() < Duration::from_secs(60), "it goes on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    tokio::join!(runner.run(stop.clone()), told);
    assert_eq!(seen(&commands, id).await.status, JobStatus::Running);
}

#[tokio::test]
async fn a_stop_lets_jobs_finish_and_gives_back_what_takes_too_long() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (short, long) = (enqueue(&commands, "short").await, enqueue(&commands, "long").await);
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let handlers = Handlers::default().with(WORK, move |run| {
        let stopping = stopping.clone();
        async move {
            if run.job.payload == b"long" {
                std::future::pending::<()>().await;
            }
            stopping.cancelled().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(json!(null))
        }
    });
    let options = RunnerOptions { grace: Duration::from_secs(5), ..options() };
    let runner = JobRunner::new(commands.clone(), handlers, options);
    let told = async {
        until(&commands, short, JobStatus::Running).await;
        until(&commands, long, JobStatus::Running).await;
        stop.cancel();
    };
    tokio::join!(runner.run(stop.clone()), told);
    assert_eq!(seen(&commands, short).await.status, JobStatus::Succeeded);
    let given_back = seen(&commands, long).await;
    assert_eq!((given_back.status, given_back.tries), (JobStatus::Queued, 0));
}
