//! Desks with a Kafka, relays, and what can be read from the topics.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use eventstore::kafka::{
    AtStep, KafkaSettings, Received, Relay, RelayError, RelayOptions, RelayStatus, Step, parse,
};
use eventstore::{
    EventFilter, EventStore, Expected, StoredEvent, StreamAppend, StreamKind, Subject,
};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde_json::json;
use test_support::SharedKafka;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::database::{Database, event, id, request, written};

/// How long anything may take, on a machine that has other things to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How many partitions the topics of a test have.
pub const PARTITIONS: i32 = 4;

/// How long a dead relay keeps the others waiting, where a test does not end its lease: so long that one that is merely
/// slow stays the relay.
const LEASE: Duration = Duration::from_secs(15);

/// A database and a prefix for topics.
pub struct Desk {
    pub database: Database,
    pub store: EventStore,
    pub settings: KafkaSettings,
    /// The Kafka, where that is the mock cluster.
    mock: Option<&'static SharedKafka>,
}

impl Desk {
    /// On the Kafka that all tests share.
    pub async fn new() -> Self {
        let kafka: &SharedKafka = test_support::shared_kafka().await;
        let mut desk = Self::on(kafka.bootstrap(), kafka.fresh_prefix()).await;
        desk.mock = kafka.is_mock().then_some(kafka);
        desk
    }

    /// The same, where that is Apache Kafka: the mock cluster forgets no aborted record, fences nobody and makes no
    /// topics.
    pub async fn on_apache() -> Option<Self> {
        let kafka = test_support::shared_kafka().await;
        let lacks = kafka.lacks("transactions that abort and fence, and the making of topics");
        if lacks { None } else { Some(Self::new().await) }
    }

    pub async fn on(bootstrap: String, prefix: String) -> Self {
        let database = Database::fresh().await;
        let store = database.store().await;
        let settings = KafkaSettings {
            brokers: vec![bootstrap],
            prefix,
            source: "urn:test".into(),
            public_url: None,
            partitions: PARTITIONS,
            replication_factor: 1,
            client: Vec::new(),
            session_timeout: Duration::from_secs(10),
        };
        Self { database, store, settings, mock: None }
    }

    /// Appends streams of a kind with two events each, and returns the position of the last.
    pub async fn append(&self, kind: &'static str, streams: usize) -> i64 {
        let requests = (0..streams).map(|number| {
            let name = json!({ "$personal": "Ada Lovelace" });
            let data = [json!({ "number": number, "name": name }), json!({ "number": number })];
            request(vec![StreamAppend {
                stream_id: id(),
                kind: StreamKind(kind),
                expected: Expected::Exactly(0),
                subject: Subject::Stream,
                events: data.map(|data| event("thing.done", data)).into(),
            }])
        });
        let mut last = 0;
        for appended in self.store.append_many(requests.collect()).await {
            last = last.max(written(&appended.unwrap()).1);
        }
        last
    }

    /// A relay in a process of its own.
    pub async fn relay(&self, at: AtStep) -> Running {
        if let Some(mock) = self.mock {
            // It makes no topics for others.
            let (topic, relay) = (self.settings.topic("thing"), self.settings.relay_topic());
            mock.create_topics(&[(&topic, PARTITIONS), (&relay, 1)]).await;
        }
        let options =
            RelayOptions { lease_ttl: LEASE, holder: id(), kinds: vec!["thing".to_owned()], at };
        let relay = Relay::new(self.database.store().await, self.settings.clone(), options);
        let (stop, status) = (CancellationToken::new(), relay.status());
        let task = tokio::spawn(relay.run(stop.clone()));
        Running { stop, status, task }
    }

    /// The log.
    pub async fn log(&self) -> Vec<StoredEvent> {
        self.store.read_after(0, i64::MAX, &EventFilter::default()).await.unwrap()
    }

    /// What Postgres knows of the relay's position.
    pub async fn noted(&self) -> i64 {
        let noted = sqlx::query_scalar("select coalesce(max(position), 0) from work.relay");
        noted.fetch_one(self.store.pool()).await.unwrap()
    }

    /// Lets the lease run out, as if its holder had slept for long.
    pub async fn expire_lease(&self) {
        let expire = sqlx::query("update work.leases set expires_at = now() - interval '1 hour'");
        expire.execute(self.store.pool()).await.unwrap();
    }

    /// All that was committed to the topic of a kind, per partition.
    pub async fn published(&self, kind: &str) -> BTreeMap<i32, Vec<Record>> {
        let (settings, topic) = (self.settings.clone(), self.settings.topic(kind));
        tokio::task::spawn_blocking(move || read_all(&settings, &topic)).await.unwrap()
    }

    /// Asserts that the topics of these kinds hold the log: every event once, as it is in the log, in its place, in
    /// order, and knowing the one before it.
    pub async fn assert_published(&self, kinds: &[&str]) {
        let mut events = Vec::new();
        for kind in kinds {
            for (partition, records) in self.published(kind).await {
                let mut previous = 0;
                for record in records {
                    let Received { event, previous: told } = record.received;
                    assert_eq!(told, previous, "{kind}/{partition} at {}", event.position);
                    assert_eq!(record.key, event.stream_id.to_string());
                    assert_eq!(event.kind, *kind);
                    let place = eventstore::kafka::partition_of(event.stream_id, PARTITIONS);
                    assert_eq!(place, partition);
                    assert_eq!(record.millis, Some(event.recorded_at.timestamp_millis()));
                    assert!(event.position > previous);
                    previous = event.position;
                    events.push(event);
                }
            }
        }
        events.sort_by_key(|event| event.position);
        let log = self.log().await;
        assert_eq!(events.len(), log.len());
        assert!(events == log);
    }
}

/// A relay at work.
pub struct Running {
    pub stop: CancellationToken,
    pub status: watch::Receiver<RelayStatus>,
    pub task: JoinHandle<Result<(), RelayError>>,
}

impl Running {
    /// Waits until it says so of itself.
    pub async fn until(&self, says: impl FnMut(&RelayStatus) -> bool) -> RelayStatus {
        let mut status = self.status.clone();
        let told = tokio::time::timeout(PATIENCE, status.wait_for(says)).await;
        *told.expect("the relay does not get there").expect("the relay has ended")
    }

    /// Stops it in an orderly way.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }

    /// Waits until it has died of itself.
    pub async fn died(self) {
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        assert!(ended.expect("the relay lives on").unwrap_err().is_panic());
    }
}

/// A record as it was read.
pub struct Record {
    pub received: Received,
    pub key: String,
    pub millis: Option<i64>,
    pub value: Vec<u8>,
}

fn read_all(settings: &KafkaSettings, topic: &str) -> BTreeMap<i32, Vec<Record>> {
    let consumer: BaseConsumer = settings
        .client_config()
        .set("group.id", "test")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .create()
        .unwrap();
    let mut assignment = TopicPartitionList::new();
    for partition in 0..settings.partitions {
        assignment.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut records = BTreeMap::<_, Vec<_>>::new();
    let mut ends = 0;
    while ends < settings.partitions {
        match consumer.poll(PATIENCE).expect("the end comes in time") {
            Err(KafkaError::PartitionEOF(_)) => ends += 1,
            Err(error) => panic!("{error}"),
            Ok(message) => records.entry(message.partition()).or_default().push(Record {
                received: parse(&message).unwrap(),
                key: String::from_utf8(message.key().unwrap().to_vec()).unwrap(),
                millis: message.timestamp().to_millis(),
                value: message.payload().unwrap().to_vec(),
            }),
        }
    }
    records
}

/// Panics at the `nth` time of a step, once: the relay is dead there.
pub fn dies_at(step: Step, nth: usize) -> AtStep {
    let times = AtomicUsize::new(0);
    AtStep::new(move |now| {
        if now == step && times.fetch_add(1, Ordering::Relaxed) + 1 == nth {
            panic!("the test ends the relay here");
        }
    })
}
