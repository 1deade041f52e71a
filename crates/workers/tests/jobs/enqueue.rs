//! Putting jobs into their queue.

use std::sync::{Arc, Mutex};

use commands::CommandError;
use commands::jobs::{Enqueued, JobStatus, JobType, WhenDone};
use serde_json::json;
use workers::jobs::{Handlers, JobError, JobRunner};

use crate::support::{Count, Desk, WORK, enqueue, job, later, options, runner, seen, try_enqueue};

#[tokio::test]
async fn a_job_is_there_when_the_transaction_is_and_not_before() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let mut transaction = commands.store().pool().begin().await.unwrap();
    let id = commands.enqueue_job(&mut transaction, job("a")).await.unwrap().id();
    assert!(commands.job(id).await.unwrap().is_none());
    transaction.rollback().await.unwrap();
    assert!(commands.job(id).await.unwrap().is_none());
    let mut transaction = commands.store().pool().begin().await.unwrap();
    let id = commands.enqueue_job(&mut transaction, job("a")).await.unwrap().id();
    transaction.commit().await.unwrap();
    assert_eq!(seen(&commands, id).await.status, JobStatus::Queued);
}

#[tokio::test]
async fn a_repeat_does_nothing_also_when_the_job_is_done() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let done = Count::default();
    let counted = done.clone();
    let runner = runner(&commands, move |_| {
        counted.up();
        async { Ok(json!(null)) }
    });
    let first = try_enqueue(&commands, job("a")).await.unwrap();
    assert_eq!(try_enqueue(&commands, job("a")).await.unwrap(), Enqueued::Before(first.id()));
    runner.drain().await.unwrap();
    assert_eq!(try_enqueue(&commands, job("a")).await.unwrap(), Enqueued::Before(first.id()));
    runner.drain().await.unwrap();
    assert_eq!(done.get(), 1);
}

#[tokio::test]
async fn a_key_belongs_to_what_was_asked_under_it() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let mut asked = job("a");
    asked.fingerprint = Some([1; 32]);
    try_enqueue(&commands, asked.clone()).await.unwrap();
    asked.fingerprint = Some([2; 32]);
    let again = try_enqueue(&commands, asked).await;
    assert!(matches!(again, Err(CommandError::KeyReused)), "{again:?}");
}

#[tokio::test]
async fn a_job_waits_for_its_time() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let mut waits = job("a");
    waits.delay_seconds = 3600;
    let id = try_enqueue(&commands, waits).await.unwrap().id();
    let runner = runner(&commands, async |_| Ok(json!(null)));
    assert_eq!(runner.drain().await.unwrap(), 0);
    crate::support::later(&commands).await;
    assert_eq!(runner.drain().await.unwrap(), 1);
    assert_eq!(seen(&commands, id).await.status, JobStatus::Succeeded);
}

#[tokio::test]
async fn nothing_personal_lies_readable_in_the_tables() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = enqueue(&commands, "the-key").await;
    let mut input = commands.begin_job_input(id);
    input.write(b"Mrs Rosalind Quayle").await.unwrap();
    input.finish().await.unwrap();
    sqlx::query("update work.jobs set key = 'k'").execute(commands.store().pool()).await.unwrap();
    let runner = runner(&commands, |run| {
        let asked = String::from_utf8(run.job.payload).unwrap();
        async move { Ok(json!({ "errors": [asked, "Mrs Rosalind Quayle"] })) }
    });
    let look = async || {
        let stored: String = sqlx::query_scalar(
            "select coalesce(string_agg(encode(convert_to(j::text || coalesce(i::text, ''), \
             'UTF8'), 'escape'), ''), '') from work.jobs j left join work.job_inputs i on i.job_id = j.id",
        )
        .fetch_one(commands.store().pool())
        .await
        .unwrap();
        // Bytes are shown in hexadecimal digits.
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert!(stored.contains("work"), "{stored}");
        for secret in ["Rosalind", "the-key"] {
            assert!(!stored.contains(secret) && !stored.contains(&hex(secret)), "{secret}");
        }
    };
    look().await;
    runner.drain().await.unwrap();
    look().await;
    let job = seen(&commands, id).await;
    assert_eq!(job.result.unwrap()["errors"], json!(["the-key", "Mrs Rosalind Quayle"]));
}

#[tokio::test]
async fn of_many_those_are_new_that_were_not_there_also_among_themselves() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let before = try_enqueue(&commands, job("b")).await.unwrap();
    let jobs = ["a", "b", "c", "a"].map(job);
    let mut transaction = commands.store().pool().begin().await.unwrap();
    assert_eq!(commands.enqueue_jobs(&mut transaction, &jobs).await.unwrap(), 2);
    assert_eq!(commands.enqueue_jobs(&mut transaction, &jobs).await.unwrap(), 0);
    transaction.commit().await.unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let runner = runner(&commands, move |run| {
        heard.lock().unwrap().push(String::from_utf8(run.job.payload).unwrap());
        async { Ok(json!(null)) }
    });
    runner.drain().await.unwrap();
    let mut told = told.lock().unwrap().clone();
    told.sort();
    assert_eq!(told, ["a", "b", "c"], "each has what it was asked");
    assert_eq!(seen(&commands, before.id()).await.status, JobStatus::Succeeded);
}

#[tokio::test]
async fn a_job_that_nobody_asks_after_is_forgotten_when_it_is_done_and_only_then() {
    const ROUTINE: JobType = JobType { when_done: WhenDone::Forgotten, ..WORK };
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let tries = Count::default();
    let handlers = Handlers::default().with(ROUTINE, move |_| {
        let n = tries.up();
        async move { if n == 1 { Err(JobError::TryAgain("no".to_owned())) } else { Ok(json!(n)) } }
    });
    let runner = JobRunner::new(commands.clone(), handlers, options());
    let id = try_enqueue(&commands, job("a")).await.unwrap().id();
    runner.drain().await.unwrap();
    assert_eq!(seen(&commands, id).await.error.as_deref(), Some("no"));
    later(&commands).await;
    runner.drain().await.unwrap();
    assert!(commands.job(id).await.unwrap().is_none());
    assert!(matches!(try_enqueue(&commands, job("a")).await.unwrap(), Enqueued::New(_)));
}
