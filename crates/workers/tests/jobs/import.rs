//! The import of a file as a job.

use std::time::Duration;

use commands::import::{Format, Handling, ImportOptions, UnknownColumns};
use commands::jobs::{Enqueued, JobStatus, TakeOrder};
use commands::{CommandError, Commands, Context};
use uuid::Uuid;
use workers::jobs::{Handlers, JobRunner};

use crate::support::{Desk, later, options, seen};

fn csv() -> ImportOptions {
    ImportOptions {
        format: Format::Csv,
        charset: None,
        unknown: UnknownColumns::Refused,
        handling: Handling::Allowed,
    }
}

async fn ask(commands: &Commands, context: &Context, file: &str) -> Result<Enqueued, CommandError> {
    let id = commands.store().ambient().uuid_v7();
    let mut input = commands.begin_job_input(id);
    input.write(file.as_bytes()).await.unwrap();
    commands.enqueue_import(context, csv(), id, input).await
}

fn context(commands: &Commands) -> Context {
    Context::system(commands.store().ambient(), "test")
}

async fn number(commands: &Commands, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(commands.store().pool()).await.unwrap()
}

const OPENED: &str = "select count(*) from log.events where type = 'ticket.opened'";
const PIECES: &str = "select count(*) from work.job_inputs";

fn file(rows: usize) -> String {
    let mut file = "subject,customer_email\n".to_owned();
    for row in 0..rows {
        file.push_str(&format!("Row {row},{row}@example.org\n"));
    }
    file
}

fn runner(commands: &Commands) -> JobRunner {
    JobRunner::new(commands.clone(), Handlers::imports(), options())
}

#[tokio::test]
async fn a_file_is_imported_and_its_result_told() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let text = format!("{}\"\",x@example.org\nLast,no address\n", file(1200));
    let id = ask(&commands, &context(&commands), &text).await.unwrap().id();
    runner(&commands).drain().await.unwrap();
    let job = seen(&commands, id).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.error);
    let result = job.result.unwrap();
    assert_eq!((&result["total"], &result["imported"]), (&1202.into(), &1200.into()));
    assert_eq!(result["errors"][0]["row"], 1201);
    assert_eq!(result["errors"][1]["field"], "customer_email");
    let progress = job.progress.unwrap().0;
    assert_eq!((progress["rows"], progress["imported"], progress["failed"]), (1202, 1200, 2));
    assert_eq!(progress["bytes"], text.len() as u64);
    assert_eq!(number(&commands, OPENED).await, 1200);
    assert_eq!(number(&commands, PIECES).await, 0);
}

#[tokio::test]
async fn a_second_try_imports_no_row_twice() {
    let desk = Desk::new().await;
    let (killed, other) = (desk.process().await, desk.process().await);
    let id = ask(&killed, &context(&killed), &file(700)).await.unwrap().id();
    // It had done all, and was killed before it could say so.
    let lease = Duration::from_secs(30);
    let taken = killed
        .take_jobs("import", &["import"], Uuid::nil(), 1, TakeOrder::OldestFirst, lease)
        .await
        .unwrap();
    let asked: commands::import::ImportJob = serde_json::from_slice(&taken[0].payload).unwrap();
    let half = file(400);
    let input = std::io::Cursor::new(half.into_bytes());
    killed.import_tickets(&asked.context, asked.options, input, |_| {}).await.unwrap();
    assert_eq!(number(&killed, OPENED).await, 400);
    later(&other).await;
    runner(&other).drain().await.unwrap();
    let job = seen(&other, id).await;
    assert_eq!((job.status, job.tries), (JobStatus::Succeeded, 2));
    assert_eq!(job.result.unwrap()["imported"], 700);
    assert_eq!(number(&other, OPENED).await, 700);
}

#[tokio::test]
async fn a_worker_killed_at_its_very_end_leaves_one_word_of_the_end() {
    let desk = Desk::new().await;
    let (killed, other) = (desk.process().await, desk.process().await);
    let id = ask(&killed, &context(&killed), &file(3)).await.unwrap().id();
    let lease = Duration::from_secs(30);
    let taken = killed
        .take_jobs("import", &["import"], Uuid::nil(), 1, TakeOrder::OldestFirst, lease)
        .await
        .unwrap();
    let asked: commands::import::ImportJob = serde_json::from_slice(&taken[0].payload).unwrap();
    let input = std::io::Cursor::new(file(3).into_bytes());
    killed.import_tickets(&asked.context, asked.options, input, |_| {}).await.unwrap();
    later(&other).await;
    runner(&other).drain().await.unwrap();
    assert_eq!(seen(&other, id).await.status, JobStatus::Succeeded);
    let ended = "select count(*) from log.events where type = 'audit.import_completed'";
    assert_eq!(number(&other, ended).await, 1);
}

#[tokio::test]
async fn the_same_command_asks_once_and_with_another_file_is_refused() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let context = context(&commands);
    let first = ask(&commands, &context, &file(3)).await.unwrap();
    assert_eq!(ask(&commands, &context, &file(3)).await.unwrap(), Enqueued::Before(first.id()));
    let other = ask(&commands, &context, &file(4)).await;
    assert!(matches!(other, Err(CommandError::KeyReused)), "{other:?}");
    assert_eq!(number(&commands, PIECES).await, 1, "those of the repeats are gone");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_fails_for_good_and_says_why() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = ask(&commands, &context(&commands), "subject,shoe\nA,41\n").await.unwrap().id();
    runner(&commands).drain().await.unwrap();
    let job = seen(&commands, id).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.error.unwrap().contains("shoe"));
    assert_eq!(number(&commands, PIECES).await, 0);
}

#[tokio::test]
async fn half_a_file_is_not_taken_for_a_whole_one() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let mut text = "subject,description\n".to_owned();
    for row in 0..300 {
        text.push_str(&format!("Row {row},{}\n", "x".repeat(4000)));
    }
    let id = ask(&commands, &context(&commands), &text).await.unwrap().id();
    assert!(number(&commands, PIECES).await > 1);
    let lost = "delete from work.job_inputs where seq = 1";
    sqlx::query(lost).execute(commands.store().pool()).await.unwrap();
    runner(&commands).drain().await.unwrap();
    let job = seen(&commands, id).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.error.unwrap().contains("not there any more"));
}
