//! Whatever breaks between Docket and Postgres, an acknowledged append is in the log exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use embedded_postgres::{EmbeddedPostgres, Options, Password};
use eventstore::{AppendRequest, Appended, EventFilter, EventStore, Expected, StoreError};
use serde_json::json;
use sqlx::Row;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{Database, assert_sound, event, id, request, stream};

fn numbered(command_id: Uuid) -> AppendRequest {
    let data = json!({ "command": command_id });
    let events = vec![event("thing.opened", data.clone()), event("thing.done", data)];
    AppendRequest { command_id, ..request(vec![stream(id(), Expected::Exactly(0), events)]) }
}

/// Appends on many tasks until `enough` are acknowledged by each; returns the acknowledged commands.
fn load(stores: &[EventStore], each: usize, acknowledged: &Arc<AtomicUsize>) -> JoinSet<Vec<Uuid>> {
    let mut tasks = JoinSet::new();
    for store in stores.iter().cycle().take(16) {
        let store = store.clone();
        let acknowledged = Arc::clone(acknowledged);
        tasks.spawn(async move {
            let mut commands = Vec::new();
            for _ in 0..each {
                let request = numbered(id());
                commands.push(request.command_id);
                // As a client does: the same command again for as long as the answer is open.
                let appended = loop {
                    match store.append(request.clone()).await {
                        Ok(appended) => break appended,
                        Err(StoreError::Unavailable) => {}
                        Err(error) => panic!("{error}"),
                    }
                };
                assert!(matches!(appended, Appended::Written { .. } | Appended::Duplicate(_)));
                acknowledged.fetch_add(1, Ordering::Release);
            }
            commands
        });
    }
    tasks
}

async fn until(acknowledged: &AtomicUsize, count: usize) {
    while acknowledged.load(Ordering::Acquire) < count {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn assert_exactly_once(store: &EventStore, commands: &[Uuid]) {
    let events = store.read_after(0, i64::MAX, &EventFilter::default()).await.unwrap();
    assert_eq!(events.len(), 2 * commands.len());
    let mut counts = std::collections::HashMap::new();
    for (event, position) in events.iter().zip(1..) {
        assert_eq!(event.position, position);
        let data: serde_json::Value = serde_json::from_slice(&event.data).unwrap();
        let command: Uuid = data["command"].as_str().unwrap().parse().unwrap();
        *counts.entry(command).or_insert(0) += 1;
    }
    for command in commands {
        assert_eq!(counts.get(command), Some(&2));
        let receipt = store.receipt(*command).await.unwrap().unwrap();
        let data = json!({ "command": command });
        for position in [receipt.first_position, receipt.last_position] {
            let event = &events[usize::try_from(position).unwrap() - 1];
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&event.data).unwrap(), data);
        }
    }
    assert_sound(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_under_load_loses_and_repeats_nothing() {
    let database = Database::fresh().await;
    let stores = [database.store().await, database.store().await];
    let killer = database.store().await;
    let acknowledged = Arc::default();
    let tasks = load(&stores, 150, &acknowledged);
    let mut killed = 0;
    for count in (1..8).map(|n| n * 250) {
        until(&acknowledged, count).await;
        let rows = sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid() and query like '%log.append(%'",
        )
        .fetch_all(killer.pool())
        .await
        .unwrap();
        killed += rows.len();
    }
    assert!(killed > 0);
    let commands: Vec<Uuid> = tasks.join_all().await.into_iter().flatten().collect();
    assert_exactly_once(&stores[0], &commands).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_killed_under_load_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))
        .unwrap();
    let start = || async {
        let password = Password::new("test").unwrap();
        EmbeddedPostgres::start(Options::new(folder.path().join("data"), password)).await.unwrap()
    };
    let mut postgres = start().await;
    let database = Database::migrated(postgres.url().to_owned()).await;
    let stores = [database.store().await, database.store().await];
    let acknowledged = Arc::default();
    let tasks = load(&stores, 60, &acknowledged);
    for count in [150, 500] {
        until(&acknowledged, count).await;
        let pid = postgres.pid().to_string();
        let kill = std::process::Command::new("/bin/sh")
            .args(["-c", "kill -9 \"$1\"", "kill", &pid])
            .status()
            .unwrap();
        assert!(kill.success());
        postgres.ended().await.unwrap();
        drop(postgres);
        postgres = start().await;
        assert_eq!(postgres.url(), database.url());
    }
    let commands: Vec<Uuid> = tasks.join_all().await.into_iter().flatten().collect();
    assert_exactly_once(&stores[0], &commands).await;
    let durable =
        sqlx::query("select current_setting('fsync') || current_setting('synchronous_commit')")
            .fetch_one(stores[0].pool())
            .await
            .unwrap();
    assert_eq!(durable.get::<String, _>(0), "onon");
    postgres.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_acknowledges_early_is_told_not_to() {
    let database = Database::fresh().await;
    let store = database.store().await;
    sqlx::raw_sql(
        "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$; \
         create table seen (setting text); \
         create function look() returns trigger language plpgsql as \
         $$ begin insert into seen select current_setting('synchronous_commit'); return null; end $$; \
         create trigger look after insert on log.batches execute function look()",
    )
    .execute(store.pool())
    .await
    .unwrap();
    let store = database.store().await;
    store.append(numbered(id())).await.unwrap();
    let seen = sqlx::query("select setting from seen").fetch_one(store.pool()).await.unwrap();
    assert_eq!(seen.get::<String, _>(0), "on");
}
