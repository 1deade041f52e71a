//! The harness itself: what tests rely on when they kill a broker, with either kind of it.

#![expect(clippy::expect_used, reason = "a test fails where its scene cannot be set")]
#![expect(clippy::disallowed_methods, reason = "a test is its own composition root")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use test_support::{TestKafka, kcat_read, shared_kafka};

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
    assert_eq!(partitions(&producer, &one), 3);
}

/// How many partitions a topic has.
fn partitions(producer: &FutureProducer, topic: &str) -> usize {
    let metadata = producer.client().fetch_metadata(Some(topic), PATIENCE).expect("metadata");
    let topic = metadata.topics().iter().find(|found| found.name() == topic);
    topic.expect("the topic is there").partitions().len()
}

#[tokio::test]
async fn a_new_transaction_fences_the_old_one_at_once() {
    let kafka = shared_kafka().await;
    if kafka.is_mock() {
        // It knows transactions, and neither fences nor hides anything.
        return;
    }
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
    let values: Vec<_> = kcat_read(&kafka.bootstrap(), &topic)
        .await
        .into_iter()
        .map(|record| record.value)
        .collect();
    assert_eq!(values, [Some("new".to_owned())]);
}

#[tokio::test]
async fn kcat_sees_keys_headers_and_tombstones() {
    let kafka = shared_kafka().await;
    let topic = format!("{}.letters", kafka.fresh_prefix());
    kafka.create_topics(&[(&topic, 2)]).await;
    assert_eq!(kcat_read(&kafka.bootstrap(), &topic).await, []);

    let producer: FutureProducer = client(&kafka.bootstrap()).create().expect("a producer");
    let headers = OwnedHeaders::new()
        .insert(Header { key: "ce_type", value: Some("letter") })
        .insert(Header { key: "ce_id", value: Some("1") });
    let full = FutureRecord::to(&topic)
        .partition(1)
        .timestamp(1_700_000_000_123)
        .key("k")
        .payload(r#"{"says":"grüß dich"}"#)
        .headers(headers);
    producer.send(full, PATIENCE).await.expect("the broker takes the record");
    let tombstone: FutureRecord<'_, str, str> = FutureRecord::to(&topic).partition(0).key("k");
    producer.send(tombstone, PATIENCE).await.expect("the broker takes the record");

    let records = kcat_read(&kafka.bootstrap(), &topic).await;
    let [tombstone, full] = records.as_slice() else { panic!("two records: {records:?}") };
    assert_eq!((tombstone.partition, tombstone.offset), (0, 0));
    assert_eq!((tombstone.key.as_deref(), tombstone.value.as_deref()), (Some("k"), None));
    assert_eq!(full.partition, 1);
    assert_eq!(full.timestamp, 1_700_000_000_123);
    assert_eq!(full.value.as_deref(), Some(r#"{"says":"grüß dich"}"#));
    assert_eq!(full.headers["ce_type"], "letter");
    assert_eq!(full.headers["ce_id"], "1");
}

/// The folder that the watchdog removes: brokers run in theirs.
fn folder_of(kafka: &TestKafka) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{}/cwd", kafka.pid()?)).ok()
}

#[test]
fn a_killed_test_process_leaves_nothing() {
    let mut process = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "hold_a_broker", "--ignored", "--nocapture"])
        .env("TEST_HOLD", "yes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs once more");
    let output = BufReader::new(process.stdout.take().expect("a pipe"));
    let folder = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("folder=")?.1.to_owned()))
        .expect("it says where its broker is");
    process.kill().expect("one's own child can be killed");
    process.wait().expect("one's own child can be waited for");
    if folder == "none" {
        // The mock cluster lives in the process and ends with it.
        return;
    }

    let start = Instant::now();
    while Path::new(&folder).exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "{folder} is left");
        std::thread::sleep(Duration::from_millis(20));
    }
    let processes = std::fs::read_dir("/proc").expect("a list of processes");
    let left = processes.flatten().any(|process| {
        std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))
    });
    assert!(!left, "the broker still runs");
}

#[tokio::test]
#[ignore = "the process that another test kills"]
async fn hold_a_broker() {
    if std::env::var_os("TEST_HOLD").is_none() {
        return;
    }
    let kafka = TestKafka::start().await;
    let folder = folder_of(&kafka).map_or("none".to_owned(), |folder| folder.display().to_string());
    println!("folder={folder}");
    // Until the other test ends, should it fail to kill this.
    std::io::stdin().read_line(&mut String::new()).expect("a pipe can be read");
}
