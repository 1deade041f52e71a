//! The harness itself: what tests rely on when they kill a broker, with either kind of it.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord};
use test_support::{TestKafka, shared_kafka};

const PATIENCE: Duration = Duration::from_secs(60);

/// Quick to try again, as a broker in these tests is down for moments only.
fn client(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("reconnect.backoff.max.ms", "200")
        .set("message.timeout.ms", "60000");
    config
}

async fn produce(producer: &FutureProducer, topic: &str, key: &str, value: &str) {
    let record = FutureRecord::to(topic).key(key).payload(value);
    producer.send(record, PATIENCE).await.expect("the broker takes the record");
}

/// The first `count` values that a new consumer group finds in a topic.
async fn consume(bootstrap: &str, topic: &str, count: usize) -> Vec<String> {
    let consumer: BaseConsumer = client(bootstrap)
        .set("group.id", format!("{topic}-readers-{count}"))
        .set("auto.offset.reset", "earliest")
        .create()
        .expect("a consumer can be made");
    consumer.subscribe(&[topic]).expect("a topic can be subscribed to");
    tokio::task::spawn_blocking(move || {
        let deadline = Instant::now() + PATIENCE;
        let mut values = Vec::new();
        while values.len() < count && Instant::now() < deadline {
            if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
                let value = message.payload_view::<str>().expect("a value").expect("text");
                values.push(value.to_owned());
            }
        }
        values
    })
    .await
    .expect("the consumer ends")
}

async fn outlives_a_kill(kafka: TestKafka) {
    let bootstrap = kafka.bootstrap();
    kafka.create_topics(&[("letters", 1)]).await;
    kafka.create_topics(&[("letters", 1)]).await;
    let producer: FutureProducer = client(&bootstrap).create().expect("a producer can be made");
    produce(&producer, "letters", "k", "a").await;
    assert_eq!(consume(&bootstrap, "letters", 1).await, ["a"]);

    kafka.kill();
    let hasty: FutureProducer = client(&bootstrap)
        .set("message.timeout.ms", "300")
        .create()
        .expect("a producer can be made");
    let record = FutureRecord::to("letters").key("k").payload("lost");
    hasty.send(record, Duration::ZERO).await.expect_err("nobody takes the record");

    kafka.restart().await;
    assert_eq!(kafka.bootstrap(), bootstrap);
    // The same producer finds back by itself.
    produce(&producer, "letters", "k", "b").await;
    assert_eq!(consume(&bootstrap, "letters", 2).await, ["a", "b"]);
}

#[tokio::test]
async fn what_was_written_outlives_a_kill() {
    outlives_a_kill(TestKafka::start().await).await;
}

#[tokio::test]
async fn the_mock_cluster_behaves_alike() {
    let kafka = TestKafka::start_mock();
    assert!(kafka.is_mock());
    outlives_a_kill(kafka).await;
}

#[tokio::test]
async fn tests_share_a_broker_and_no_names() {
    let kafka = shared_kafka().await;
    let (one, other) = (kafka.fresh_prefix(), kafka.fresh_prefix());
    assert_ne!(one, other);
    let (one, other) = (format!("{one}.letters"), format!("{other}.letters"));
    kafka.create_topics(&[(&one, 3), (&other, 1)]).await;

    let producer: FutureProducer = client(&kafka.bootstrap()).create().expect("a producer");
    produce(&producer, &one, "k", "mine").await;
    produce(&producer, &other, "k", "yours").await;

    assert_eq!(consume(&kafka.bootstrap(), &other, 1).await, ["yours"]);
    let metadata = producer_metadata(&producer, &one);
    assert_eq!(metadata, 3);
}

/// How many partitions a topic has.
fn producer_metadata(producer: &FutureProducer, topic: &str) -> usize {
    use rdkafka::producer::Producer;

    let metadata = producer.client().fetch_metadata(Some(topic), PATIENCE).expect("metadata");
    metadata
        .topics()
        .iter()
        .find(|found| found.name() == topic)
        .map_or(0, |found| found.partitions().len())
}

#[tokio::test]
async fn a_new_transaction_fences_the_old_one_at_once() {
    use rdkafka::producer::Producer;

    let kafka = shared_kafka().await;
    let prefix = kafka.fresh_prefix();
    let topic = format!("{prefix}.letters");
    kafka.create_topics(&[(&topic, 1)]).await;
    let transactional = || -> FutureProducer {
        client(&kafka.bootstrap())
            .set("transactional.id", &prefix)
            .create()
            .expect("a producer can be made")
    };

    let old = transactional();
    old.init_transactions(PATIENCE).expect("transactions begin");
    old.begin_transaction().expect("a transaction begins");
    produce(&old, &topic, "k", "old").await;
    let new = transactional();
    new.init_transactions(PATIENCE).expect("the old transaction is aborted");
    new.begin_transaction().expect("a transaction begins");
    produce(&new, &topic, "k", "new").await;
    new.commit_transaction(PATIENCE).expect("the transaction is committed");

    old.commit_transaction(PATIENCE).expect_err("the old one is fenced");
    assert_eq!(consume(&kafka.bootstrap(), &topic, 1).await, ["new"]);
}
