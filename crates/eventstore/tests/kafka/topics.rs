//! Topics are made, filled anew when lost, and refused when they do not fit.

use std::time::Duration;

use eventstore::Expected;
use eventstore::kafka::{AtStep, RelayError, Step, TopicsError, partition_of};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;

use serde_json::json;

use crate::database::{event, id, request, stream};
use crate::support::{Desk, PARTITIONS, PATIENCE, dies_at};

fn admin(desk: &Desk) -> AdminClient<DefaultClientContext> {
    desk.settings.client_config().create().unwrap()
}

/// All topics of the broker.
fn all_topics(desk: &Desk) -> Vec<String> {
    let metadata = admin(desk).inner().fetch_metadata(None, PATIENCE).unwrap();
    metadata.topics().iter().map(|topic| topic.name().to_owned()).collect()
}

async fn delete(desk: &Desk, topics: &[String]) {
    let admin = admin(desk);
    let names: Vec<_> = topics.iter().map(String::as_str).collect();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    for deleted in admin.delete_topics(&names, &options).await.unwrap() {
        deleted.unwrap();
    }
    // The answer comes before the last broker has heard of it.
    let gone = async {
        while all_topics(desk).iter().any(|topic| topics.contains(topic)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topic_of_a_kind_is_made_when_its_first_event_comes() {
    let Some(desk) = Desk::on_apache().await else { return };
    let relay = desk.relay(AtStep::default()).await;
    desk.append("thing", 3).await;
    desk.append("novelty", 3).await;
    let last = desk.append("thing", 3).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    desk.assert_published(&["thing", "novelty"]).await;
    let topics = all_topics(&desk);
    for topic in ["relay", "inbound.tickets", "inbound.dead"] {
        assert!(topics.contains(&desk.settings.topic(topic)), "{topic} in {topics:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_that_were_all_deleted_are_filled_anew() {
    let Some(desk) = Desk::on_apache().await else { return };
    let last = desk.append("thing", 50).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    delete(&desk, &[desk.settings.topic("thing"), desk.settings.relay_topic()]).await;

    let relay = desk.relay(AtStep::default()).await;
    let last = desk.append("thing", 50).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_was_deleted_alone_is_filled_anew_and_no_other() {
    let Some(desk) = Desk::on_apache().await else { return };
    desk.append("thing", 50).await;
    let last = desk.append("other", 50).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    delete(&desk, &[desk.settings.topic("thing")]).await;

    // The first transaction says that the topic is to be filled, the second fills it.
    desk.relay(dies_at(Step::Produced, 2)).await.died().await;
    desk.expire_lease().await;
    let relay = desk.relay(AtStep::default()).await;
    let last = desk.append("thing", 50).await;
    let status = relay.until(|status| status.position == last).await;
    assert_eq!(status.published, 200);
    relay.stop().await;
    desk.assert_published(&["thing", "other"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_deleted_under_the_relay_is_filled_anew() {
    let Some(mut desk) = Desk::on_apache().await else { return };
    // Only when a transaction has taken too long is a topic given up for lost.
    desk.settings.client.push(("transaction.timeout.ms".to_owned(), "3000".to_owned()));
    let last = desk.append("thing", 50).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    delete(&desk, &[desk.settings.topic("thing")]).await;

    let last = desk.append("thing", 50).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_does_not_fit_ends_the_relay_with_a_word() {
    let mut desk = Desk::new().await;
    let last = desk.append("thing", 1).await;
    desk.settings.client.push(("message.max.bytes".to_owned(), "1000".to_owned()));
    let text = "x".repeat(2000);
    let large = vec![event("thing.done", json!({ "text": text }))];
    let append = request(vec![stream(id(), Expected::Exactly(0), large)]);
    desk.store.append(append).await.unwrap();
    let relay = desk.relay(AtStep::default()).await;
    let refused = tokio::time::timeout(PATIENCE, relay.task).await.unwrap().unwrap();
    let expected = format!("the event at position {} is too large for Kafka", last + 1);
    assert_eq!(refused.unwrap_err().to_string(), expected);
    assert_eq!(desk.published("thing").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_with_another_number_of_partitions_is_refused() {
    let Some(mut desk) = Desk::on_apache().await else { return };
    let topic = desk.settings.topic("thing");
    test_support::shared_kafka().await.create_topics(&[(&topic, 3)]).await;
    desk.append("thing", 3).await;
    let relay = desk.relay(AtStep::default()).await;
    let refused = tokio::time::timeout(PATIENCE, relay.task).await.unwrap().unwrap();
    let Err(RelayError::Topics(TopicsError::Partitions { topic: named, found, wanted })) = refused
    else {
        panic!("{refused:?}")
    };
    assert_eq!((named, found, wanted), (topic, 3, PARTITIONS));
    desk.settings.partitions = 3;
    assert_eq!(desk.published("thing").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_number_of_partitions_than_at_the_first_start_is_refused() {
    let mut desk = Desk::new().await;
    let last = desk.append("thing", 3).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;
    desk.settings.partitions += 1;
    let relay = desk.relay(AtStep::default()).await;
    let refused = tokio::time::timeout(PATIENCE, relay.task).await.unwrap().unwrap();
    let expected = RelayError::Recorded { recorded: PARTITIONS, wanted: PARTITIONS + 1 };
    assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topics_of_another_desk_are_left_alone() {
    let desk = Desk::new().await;
    let last = desk.append("thing", 30).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;

    let mut other = Desk::new().await;
    other.append("thing", 10).await;
    other.settings.prefix.clone_from(&desk.settings.prefix);
    let relay = other.relay(AtStep::default()).await;
    let refused = tokio::time::timeout(PATIENCE, relay.task).await.unwrap().unwrap();
    let expected = RelayError::Foreign { on_kafka: last, in_log: 20 };
    assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_came_back_from_a_backup_and_grew_is_not_the_one_on_kafka() {
    let desk = Desk::new().await;
    let last = desk.append("thing", 15).await;
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position == last).await;
    relay.stop().await;

    // Up to 20 it could be the same, and then other things happened.
    let mut restored = Desk::new().await;
    restored.append("thing", 40).await;
    restored.settings.prefix.clone_from(&desk.settings.prefix);
    let relay = restored.relay(AtStep::default()).await;
    let refused = tokio::time::timeout(PATIENCE, relay.task).await.unwrap().unwrap();
    let expected = RelayError::Parted { position: last };
    assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
    desk.assert_published(&["thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_can_be_read_from_postgres_instead() {
    let desk = Desk::new().await;
    desk.append("other", 10).await;
    desk.append("thing", 40).await;
    let last = desk.append("other", 10).await;
    let log = desk.log().await;
    for number in 0..PARTITIONS {
        let expected: Vec<_> = log
            .iter()
            .filter(|event| event.kind == "thing" && event.position > 30 && event.position <= 90)
            .filter(|event| partition_of(event.stream_id, PARTITIONS) == number)
            .cloned()
            .collect();
        let (mut events, mut reached) = (Vec::new(), 30);
        while reached < 90 {
            let read = desk.store.read_partition("thing", number, PARTITIONS, reached, 90, 3);
            let (some, up_to) = read.await.unwrap();
            assert!(some.len() <= 3 && up_to > reached);
            events.extend(some);
            reached = up_to;
        }
        assert_eq!((events, reached), (expected, 90));
    }
    assert_eq!(last, 120);
}
