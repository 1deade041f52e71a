//! Reading the log as it grows.

use std::time::{Duration, Instant};

use eventstore::{
    Checkpoint, EventSource, Expected, Partition, PgTail, READ_BYTES, Reading, StoreError,
    StoredEvent,
};
use serde_json::json;

use crate::support::{Database, event, id, opened, request, stream, written};

#[tokio::test(flavor = "multi_thread")]
async fn it_wakes_at_once_and_not_by_polling() {
    let database = Database::fresh().await;
    let (writer, reader) = (database.store().await, database.store().await);
    let mut tail = PgTail::new(reader, 0);
    let mut waits = Vec::new();
    for position in 1..=9 {
        let append = async {
            // By then it has looked in vain, and waits.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let began = Instant::now();
            written(&writer.append(opened()).await.unwrap());
            began
        };
        let (batch, began) = tokio::join!(tail.wait_for(10), append);
        waits.push(began.elapsed());
        assert_eq!(batch.unwrap()[0].position, position);
    }
    waits.sort();
    // The poll comes once a second; a busy machine takes its time, though not every time.
    assert!(waits[2] < Duration::from_millis(500), "{waits:?}");
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
    let mut lost = 0;
    while lost == 0 {
        // Until it listens.
        assert!(tokio::time::timeout(Duration::from_millis(100), tail.wait_for(10)).await.is_err());
        let listening = sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid() and query ilike '%listen%'",
        );
        lost = listening.execute(writer.pool()).await.unwrap().rows_affected();
    }
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

fn bytes(events: &[StoredEvent]) -> i64 {
    let bytes: usize = events.iter().map(|event| event.data.len() + event.metadata.len()).sum();
    i64::try_from(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_of_large_events_comes_in_pieces_that_fit_into_memory() {
    let store = Database::fresh().await.store().await;
    for _ in 0..20 {
        store.append(opened()).await.unwrap();
    }
    let text = "x".repeat(200_000);
    for _ in 0..60 {
        let large = vec![event("thing.opened", json!({ "text": text }))];
        let append = request(vec![stream(id(), Expected::Exactly(0), large)]);
        store.append(append).await.unwrap();
    }
    let mut tail = PgTail::new(store.clone(), 0);
    let (mut read, mut pieces) = (0, 0);
    while let Some(events) = tail.poll(5_000).await.unwrap() {
        assert!(bytes(&events) <= READ_BYTES, "{} events", events.len());
        read += events.len();
        pieces += 1;
    }
    assert_eq!(read, 80);
    assert!(pieces <= 4, "{pieces} pieces: they are no smaller than they have to be");

    let (mut read, mut reached) = (0, 0);
    while reached < 80 {
        let (events, up_to) =
            store.read_partition("thing", 0, 1, reached, 80, 5_000).await.unwrap();
        // The last one may go beyond.
        assert!(bytes(&events) <= READ_BYTES + 201_000, "{} events", events.len());
        read += events.len();
        reached = up_to;
    }
    assert_eq!(read, 80);
}
