//! Reading the log as it grows.

use std::time::{Duration, Instant};

use eventstore::{Checkpoint, EventSource, Partition, PgTail, Reading, StoreError};

use crate::support::{Database, opened, written};

#[tokio::test(flavor = "multi_thread")]
async fn it_wakes_at_once_and_not_by_polling() {
    let database = Database::fresh().await;
    let (writer, reader) = (database.store().await, database.store().await);
    let mut tail = PgTail::new(reader, 0);
    let mut waits = Vec::new();
    for position in 1..=9 {
        let began = Instant::now();
        let append = async { written(&writer.append(opened()).await.unwrap()) };
        let (batch, _) = tokio::join!(tail.wait_for(10), append);
        waits.push(began.elapsed());
        assert_eq!(batch.unwrap()[0].position, position);
    }
    waits.sort();
    // The poll comes once a second.
    assert!(waits[4] < Duration::from_millis(300), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_sees_everything_in_order_while_many_append() {
    const EACH: usize = 40;
    let database = Database::fresh().await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let store = database.store().await;
        for _ in 0..8 {
            let store = store.clone();
            writers.spawn(async move {
                for _ in 0..EACH {
                    written(&store.append(opened()).await.unwrap());
                }
            });
        }
    }
    let mut tail = PgTail::new(database.store().await, 0);
    let mut position = 0;
    while position < 24 * i64::try_from(EACH).unwrap() {
        for event in tail.wait_for(50).await.unwrap() {
            position += 1;
            assert_eq!(event.position, position);
        }
    }
    assert!(tail.poll(50).await.unwrap().is_none());
    writers.join_all().await;

    let Reading::Assigned(partitions) = tail.next(7).await.unwrap() else {
        panic!("not told first")
    };
    assert_eq!(partitions, [Partition::Log]);
    tail.seek(&Partition::Log, Checkpoint { position: 100, hint: None });
    let Reading::Batch(again) = tail.next(7).await.unwrap() else { panic!("told twice") };
    let stretch = &again.stretches[0];
    assert_eq!((stretch.after, stretch.through, again.len()), (100, 107, 7));
    assert_eq!(stretch.events[0].position, 101);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_when_its_connections_are_lost() {
    let database = Database::fresh().await;
    let (writer, reader) = (database.store().await, database.store().await);
    let mut tail = PgTail::new(reader, 0);
    written(&writer.append(opened()).await.unwrap());
    tail.wait_for(10).await.unwrap();
    // Until it listens.
    assert!(tokio::time::timeout(Duration::from_millis(300), tail.wait_for(10)).await.is_err());
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid() and query ilike '%listen%'",
    )
    .execute(writer.pool())
    .await
    .unwrap();
    written(&writer.append(opened()).await.unwrap());
    assert_eq!(tail.wait_for(10).await.unwrap()[0].position, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_an_error_that_names_its_position() {
    let store = Database::fresh().await.store().await;
    for _ in 0..5 {
        written(&store.append(opened()).await.unwrap());
    }
    let delete = "delete from log.events where position = $1";
    sqlx::query(delete).bind(3).execute(store.pool()).await.unwrap();
    let mut tail = PgTail::new(store, 0);
    assert_eq!(tail.wait_for(10).await.unwrap().len(), 2);
    let found = tail.wait_for(10).await.unwrap_err();
    assert!(matches!(found, StoreError::Unreadable { position: 3, .. }), "{found:?}");
    tail.seek(&Partition::Log, Checkpoint { position: 3, hint: None });
    assert_eq!(tail.wait_for(10).await.unwrap()[0].position, 4);
}
