//! A log in Postgres and on Kafka, and consumers of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eventstore::kafka::{KafkaSettings, KafkaSource, RecordWriter, partition_of};
use eventstore::{
    Checkpoint, EventFilter, EventSource, EventStore, Expected, Partition, Reading, StoreError,
    StoredEvent,
};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::json;
use test_support::shared_kafka;
use uuid::Uuid;

use crate::database::{event, id, request, stream};
use crate::support::{Desk, PATIENCE};

/// A record that is to be written.
pub struct Written {
    /// The event it is made of.
    pub event: StoredEvent,
    /// What it says of the record before.
    pub previous: i64,
}

/// A log and its topic.
pub struct Scene {
    pub store: EventStore,
    pub settings: KafkaSettings,
    producer: FutureProducer,
    streams: Vec<Uuid>,
    versions: HashMap<Uuid, i32>,
}

impl Scene {
    pub async fn with_partitions(partitions: i32) -> Self {
        let scene = Self::of(Desk::new().await, partitions);
        let topics = [(scene.topic(), partitions)];
        let topics = topics.each_ref().map(|(topic, partitions)| (topic.as_str(), *partitions));
        shared_kafka().await.create_topics(&topics).await;
        scene
    }

    /// Like [`with_partitions`](Self::with_partitions), on a broker that can do what only Apache Kafka can.
    pub async fn on_apache_kafka(partitions: i32) -> Option<Self> {
        if shared_kafka().await.lacks("the deletion of records and topics") {
            return None;
        }
        Some(Self::with_partitions(partitions).await)
    }

    /// A scene whose topic is yet to be made.
    pub fn of(desk: Desk, partitions: i32) -> Self {
        let Desk { store, mut settings, .. } = desk;
        settings.partitions = partitions;
        settings.session_timeout = Duration::from_secs(6);
        let producer = settings.client_config().create().unwrap();
        let streams = (0..20).map(|_| id()).collect();
        Self { store, settings, producer, streams, versions: HashMap::new() }
    }

    pub fn topic(&self) -> String {
        self.settings.topic("thing")
    }

    pub async fn create_topic(&self) {
        let (topic, copies) = (self.topic(), TopicReplication::Fixed(1));
        let topic = NewTopic::new(&topic, self.settings.partitions, copies);
        let made = self.admin().create_topics([&topic], &AdminOptions::new()).await.unwrap();
        assert!(made[0].is_ok(), "{made:?}");
    }

    /// Appends events to twenty streams in turn.
    pub async fn append(&mut self, count: usize) -> Vec<Written> {
        let before = self.store.head().await.unwrap().position;
        for number in 0..count {
            let stream_id = self.streams[number % self.streams.len()];
            let version = self.versions.entry(stream_id).or_insert(0);
            let data = json!({ "number": number, "text": "Grüße\n" });
            let events = vec![event("thing.counted", data)];
            let append = stream(stream_id, Expected::Exactly(*version), events);
            *version += 1;
            self.store.append(request(vec![append])).await.unwrap();
        }
        let events = self.all().await;
        let mut last: HashMap<i32, i64> = HashMap::new();
        let written = events.into_iter().map(|event| {
            let previous = last.insert(self.number_of(&event), event.position).unwrap_or(0);
            Written { event, previous }
        });
        written.filter(|written| written.event.position > before).collect()
    }

    /// The whole log.
    pub async fn all(&self) -> Vec<StoredEvent> {
        self.store.read_after(0, i64::MAX, &EventFilter::default()).await.unwrap()
    }

    pub fn number_of(&self, event: &StoredEvent) -> i32 {
        partition_of(event.stream_id, self.settings.partitions)
    }

    /// The log by partitions.
    pub async fn expected(&self) -> BTreeMap<i32, Vec<StoredEvent>> {
        let mut expected: BTreeMap<i32, Vec<_>> = BTreeMap::new();
        for event in self.all().await {
            expected.entry(self.number_of(&event)).or_default().push(event);
        }
        expected
    }

    /// One after another.
    pub async fn produce<'a>(&self, records: impl IntoIterator<Item = &'a Written>) {
        for written in records {
            self.send(written).await;
        }
    }

    /// All at once; in order all the same.
    pub async fn produce_all(&self, records: &[Written]) {
        futures_util::future::join_all(records.iter().map(|written| self.send(written))).await;
    }

    async fn send(&self, Written { event, previous }: &Written) {
        let (topic, key) = (self.topic(), event.stream_id.to_string());
        let headers = RecordWriter::new(&self.settings).headers(event, *previous);
        let record = FutureRecord::to(&topic)
            .key(&key)
            .payload(&event.data)
            .partition(self.number_of(event))
            .timestamp(event.recorded_at.timestamp_millis())
            .headers(headers);
        self.producer.send(record, PATIENCE).await.unwrap();
    }

    /// A message that none of ours has written.
    pub async fn produce_foreign(&self, number: i32) {
        let topic = self.topic();
        let record = FutureRecord::<str, str>::to(&topic).payload("hello").partition(number);
        self.producer.send(record, PATIENCE).await.unwrap();
    }

    /// What the relay notes of what it has published.
    pub async fn note_relayed(&self) {
        for (number, events) in self.expected().await {
            sqlx::query(
                "insert into work.relayed (kind, partition_no, position) values ('thing', $1, $2) \
                 on conflict (kind, partition_no) do update set position = excluded.position",
            )
            .bind(number)
            .bind(events.last().unwrap().position)
            .execute(self.store.pool())
            .await
            .unwrap();
        }
    }

    pub fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.settings.client_config().create().unwrap()
    }

    /// Deletes all records before an offset, in all partitions.
    pub async fn delete_records(&self, before: Offset) {
        let mut list = TopicPartitionList::new();
        for number in 0..self.settings.partitions {
            list.add_partition_offset(&self.topic(), number, before).unwrap();
        }
        self.admin().delete_records(&list, &AdminOptions::new()).await.unwrap();
    }

    pub async fn delete_topic(&self) {
        let topic = self.topic();
        let admin = self.admin();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        for deleted in admin.delete_topics(&[&topic], &options).await.unwrap() {
            deleted.unwrap();
        }
        // The answer comes before the last broker has heard of it.
        let there = || {
            let metadata = admin.inner().fetch_metadata(None, PATIENCE).unwrap();
            metadata.topics().iter().any(|found| found.name() == topic)
        };
        let begun = Instant::now();
        while there() {
            assert!(begun.elapsed() < PATIENCE, "{topic} is still there");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A consumer of a group with checkpoints of its own.
    pub fn consumer(&self, group: &str) -> Consumer {
        self.member(group, &Checkpoints::default())
    }

    /// A consumer that shares its checkpoints with others of its group.
    pub fn member(&self, group: &str, checkpoints: &Checkpoints) -> Consumer {
        let kinds = vec!["thing".to_owned()];
        let source = KafkaSource::new(self.store.clone(), self.settings.clone(), group, kinds);
        let (checkpoints, mine) = (checkpoints.clone(), Vec::new());
        Consumer { source, checkpoints, mine }
    }
}

/// How far a group is in a partition, and what came until there.
type Done = (Checkpoint, Vec<StoredEvent>);

/// What a group has done, as its consumers would have it in Postgres.
#[derive(Clone, Default)]
pub struct Checkpoints {
    done: Arc<Mutex<BTreeMap<i32, Done>>>,
}

impl Checkpoints {
    /// The events of each partition, in the order in which they came.
    pub fn events(&self) -> BTreeMap<i32, Vec<StoredEvent>> {
        let done = self.done.lock().unwrap();
        let came = done.iter().filter(|(_, (_, events))| !events.is_empty());
        came.map(|(number, (_, events))| (*number, events.clone())).collect()
    }

    pub fn count(&self) -> usize {
        self.done.lock().unwrap().values().map(|(_, events)| events.len()).sum()
    }

    /// Puts other hints in the place of those that are there.
    pub fn change_hints(&self, change: impl Fn(Option<i64>) -> Option<i64>) {
        for (checkpoint, _) in self.done.lock().unwrap().values_mut() {
            checkpoint.hint = change(checkpoint.hint);
        }
    }
}

/// A consumer as a projector is one: it seeks to its checkpoints and moves them with what it does.
pub struct Consumer {
    pub source: KafkaSource,
    pub checkpoints: Checkpoints,
    /// Numbers of the partitions it was given.
    pub mine: Vec<i32>,
}

impl Consumer {
    /// One call. Returns how many events came; nothing when the partitions changed.
    pub async fn step(&mut self) -> Result<Option<usize>, StoreError> {
        let reading = self.source.next(100).await?;
        let mut done = self.checkpoints.done.lock().unwrap();
        match reading {
            Reading::Assigned(partitions) => {
                self.mine = partitions.iter().map(number_of).collect();
                for partition in partitions {
                    let (to, _) = done.entry(number_of(&partition)).or_default();
                    self.source.seek(&partition, *to);
                }
                Ok(None)
            }
            Reading::Batch(batch) => {
                let count = batch.len();
                assert!(count > 0, "a batch is never empty");
                for stretch in batch.stretches {
                    let number = number_of(&stretch.partition);
                    assert!(self.mine.contains(&number), "{number} is not of {:?}", self.mine);
                    let (at, events) = done.entry(number).or_default();
                    assert_eq!(stretch.after, at.position, "goes on where it was");
                    assert_eq!(stretch.events.last().unwrap().position, stretch.through);
                    *at = Checkpoint { position: stretch.through, hint: stretch.hint };
                    events.extend(stretch.events);
                }
                Ok(Some(count))
            }
        }
    }

    /// Goes on until the group has so many events in all.
    pub async fn until(&mut self, count: usize) -> Duration {
        let begun = Instant::now();
        let checkpoints = self.checkpoints.clone();
        let all = async {
            while checkpoints.count() < count {
                self.step().await.unwrap();
            }
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            panic!("{} of {count} events came", self.checkpoints.count());
        }
        assert_eq!(self.checkpoints.count(), count, "nothing comes twice");
        begun.elapsed()
    }

    /// Goes on until it was given just so many partitions.
    pub async fn until_given(&mut self, partitions: usize) {
        let given = async {
            while self.mine.len() != partitions {
                self.step().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, given).await.expect("the group shares its partitions");
    }
}

fn number_of(partition: &Partition) -> i32 {
    match partition {
        Partition::Topic { kind, number } => {
            assert_eq!(kind, "thing");
            *number
        }
        Partition::Log => panic!("a partition of a topic"),
    }
}
