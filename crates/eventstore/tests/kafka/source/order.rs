//! What Kafka has as it should comes in order, once.

use std::time::Duration;

use eventstore::{EventSource, StoreError};

use super::scene::{Consumer, Scene};

#[tokio::test]
async fn events_come_byte_for_byte_in_order_and_repeats_do_not() {
    let mut scene = Scene::with_partitions(3).await;
    let records = scene.append(200).await;
    scene.produce(&records).await;
    // As a relay does that begins again where it was not sure.
    scene.produce(&records[150..]).await;
    let mut consumer = scene.consumer("views");
    consumer.until(200).await;
    let more = scene.append(20).await;
    scene.produce(&more).await;
    consumer.until(220).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn partitions_with_nothing_in_them_hold_up_nobody() {
    let mut scene = Scene::with_partitions(12).await;
    scene.note_relayed().await;
    let mut consumer = scene.consumer("views");
    consumer.until_given(12).await;
    let records = scene.append(1).await;
    scene.produce(&records).await;
    consumer.until(1).await;
    let records = scene.append(1).await;
    scene.produce(&records).await;
    consumer.until(2).await;
}

#[tokio::test]
async fn a_consumer_goes_on_from_its_checkpoints_whatever_the_hints_say() {
    let mut scene = Scene::with_partitions(2).await;
    let records = scene.append(60).await;
    scene.produce(&records[..40]).await;
    let mut first = scene.consumer("views");
    first.until(40).await;
    let checkpoints = first.checkpoints.clone();
    drop(first);
    let mut count = 40;
    let hints: [fn(Option<i64>) -> Option<i64>; 5] = [
        |hint| hint,
        |hint| hint.map(|hint| hint - 5),
        |hint| hint.map(|hint| hint + 2),
        |_| Some(1_000_000),
        |_| None,
    ];
    for (hints, records) in hints.into_iter().zip(records[40..].chunks(4)) {
        checkpoints.change_hints(hints);
        scene.produce(records).await;
        scene.note_relayed().await;
        count += records.len();
        let mut next = scene.member("views", &checkpoints);
        // What is produced comes; what is not yet may come as well, from Postgres.
        let all = async {
            while checkpoints.count() < count {
                next.step().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), all).await.expect("it goes on");
    }
    let mut last: Consumer = scene.member("views", &checkpoints);
    last.until(60).await;
    assert_eq!(checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn a_call_that_is_broken_off_loses_nothing() {
    let mut scene = Scene::with_partitions(3).await;
    let records = scene.append(100).await;
    // With gaps, so that Postgres is asked too.
    scene.produce(records.iter().step_by(5)).await;
    scene.note_relayed().await;
    let mut consumer = scene.consumer("views");
    consumer.until_given(3).await;
    let mut broken_off = 0;
    while consumer.checkpoints.count() < 100 {
        let micros = Duration::from_micros(200 + broken_off * 50);
        match tokio::time::timeout(micros, consumer.step()).await {
            Ok(step) => drop(step.unwrap()),
            Err(_) => broken_off += 1,
        }
    }
    assert!(broken_off > 0);
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn another_number_of_partitions_than_configured_is_refused() {
    let mut scene = Scene::with_partitions(3).await;
    scene.settings.partitions = 2;
    let error = scene.consumer("views").source.next(1).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("3 partitions, but 2 are configured"), "{error}");
}
