//! What is published, and that it is published once, whoever dies when.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use eventstore::kafka::{AtStep, RelayState, Step};
use test_support::TestKafka;

use crate::support::{Desk, PATIENCE, Running, dies_at};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_the_event_as_stored_in_the_place_of_its_stream() {
    let desk = Desk::new().await;
    let last = desk.append("thing", 200).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    let last = desk.append("thing", 50).await;
    let status = relay.until(|status| status.position == last).await;
    assert_eq!((status.state, status.published), (RelayState::Active, 500));
    relay.stop().await;

    desk.assert_published(&["thing"]).await;
    let published = desk.published("thing").await;
    assert_eq!(published.len(), 4);
    let values = published.values().flatten().map(|record| &record.value);
    assert!(values.clone().any(|value| contains(value, "$sealed")));
    assert!(!values.clone().any(|value| contains(value, "Lovelace")));
    assert_eq!(desk.noted().await, last);
}

fn contains(value: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(value).contains(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_knows_the_last_position_of_every_partition() {
    let desk = Desk::new().await;
    let last = desk.append("thing", 50).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;

    let published = desk.published("thing").await;
    let expected: Vec<(i32, i64)> = published
        .into_iter()
        .map(|(partition, records)| (partition, records.last().unwrap().received.event.position))
        .collect();
    let noted = sqlx::query_as("select partition_no, position from work.relayed order by 1");
    let noted: Vec<(i32, i64)> = noted.fetch_all(desk.store.pool()).await.unwrap();
    assert_eq!(noted, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_its_commit_another_publishes_everything_once() {
    killed_at(Step::Produced).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_postgres_knows_another_publishes_everything_once() {
    killed_at(Step::Committed).await;
}

async fn killed_at(step: Step) {
    let Some(desk) = Desk::on_apache().await else { return };
    let first = desk.append("thing", 100).await;
    let dying = desk.relay(dies_at(step, 2)).await;
    dying.until(|status| status.position == first).await;
    let second = desk.append("thing", 100).await;
    dying.died().await;
    assert_eq!(desk.noted().await, first);
    desk.expire_lease().await;

    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == second).await;
    let third = desk.append("thing", 10).await;
    relay.until(|status| status.position == third).await;
    relay.stop().await;
    desk.assert_published(&["thing"]).await;
    assert_eq!(desk.noted().await, third);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stands_by_and_takes_over_from_one_that_stops() {
    takes_over(async |_: &Desk, first: Running| first.stop().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stands_by_and_takes_over_from_one_that_is_gone() {
    takes_over(async |desk: &Desk, first: Running| {
        first.task.abort();
        assert!(first.task.await.unwrap_err().is_cancelled());
        desk.expire_lease().await;
    })
    .await;
}

async fn takes_over(end: impl AsyncFnOnce(&Desk, Running)) {
    let desk = Desk::new().await;
    let last = desk.append("thing", 20).await;
    let first = desk.relay(AtStep::default()).await;
    first.until(|status| status.position == last).await;
    let second = desk.relay(AtStep::default()).await;
    let last = desk.append("thing", 20).await;
    first.until(|status| status.position == last).await;
    let status = *second.status.borrow();
    assert_eq!((status.state, status.published), (RelayState::StandingBy, 0));

    end(&desk, first).await;
    let last = desk.append("thing", 20).await;
    let status = second.until(|status| status.position == last).await;
    assert_eq!(status.published, 40);
    second.stop().await;
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_sleeps_through_its_end_before_a_transaction_publishes_nothing_more() {
    sleeps_at(Step::Begin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_sleeps_through_its_end_before_a_commit_publishes_nothing_more() {
    sleeps_at(Step::Produced).await;
}

async fn sleeps_at(step: Step) {
    let Some(desk) = Desk::on_apache().await else { return };
    let (wake, woken) = mpsc::channel::<()>();
    let (woken, asleep) = (Mutex::new(woken), Arc::new(AtomicBool::new(false)));
    let (falls, slept) = (Arc::clone(&asleep), AtomicBool::new(false));
    let sleeper = desk
        .relay(AtStep::new(move |now| {
            if now == step && !slept.swap(true, Ordering::SeqCst) {
                falls.store(true, Ordering::SeqCst);
                woken.lock().unwrap().recv().unwrap();
            }
        }))
        .await;
    let last = desk.append("thing", 30).await;
    let falls_asleep = async {
        while !asleep.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, falls_asleep).await.unwrap();
    desk.expire_lease().await;
    let successor = desk.relay(AtStep::default()).await;
    successor.until(|status| status.position == last).await;

    wake.send(()).unwrap();
    let thawed = sleeper.until(|status| status.state == RelayState::StandingBy).await;
    assert_eq!(thawed.published, 0);
    let last = desk.append("thing", 30).await;
    successor.until(|status| status.position == last).await;
    desk.assert_published(&["thing"]).await;
    // It is as good as any other when it is needed again.
    successor.stop().await;
    let last = desk.append("thing", 30).await;
    sleeper.until(|status| status.position == last).await;
    sleeper.stop().await;
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_killed_amidst_the_work_is_waited_for() {
    let kafka = TestKafka::start().await;
    if kafka.lacks("the making of topics") {
        return;
    }
    let desk = Desk::on(kafka.bootstrap(), "desk".to_owned()).await;
    let relay = desk.relay(AtStep::default()).await;
    let mut last = desk.append("thing", 100).await;
    relay.until(|status| status.position > 0).await;
    kafka.kill();
    for _ in 0..20 {
        last = desk.append("thing", 100).await;
    }
    assert!(relay.status.borrow().position < last);
    kafka.restart().await;
    for _ in 0..20 {
        last = desk.append("thing", 100).await;
    }
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_stopped_while_kafka_is_away_ends_soon() {
    let kafka = TestKafka::start().await;
    if kafka.lacks("the making of topics") {
        return;
    }
    let desk = Desk::on(kafka.bootstrap(), "desk".to_owned()).await;
    kafka.kill();
    desk.append("thing", 1).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.state == RelayState::Starting).await;
    tokio::time::timeout(PATIENCE, relay.stop()).await.unwrap();
    assert_eq!(desk.noted().await, 0);
}
