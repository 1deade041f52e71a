//! A log in Postgres and on Kafka, and consumers of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use eventstore::kafka::{KafkaSettings, KafkaSource, RecordWriter, partition_of};
use eventstore::{
    Ambient, AppendRequest, Checkpoint, Clock, Entropy, EventFilter, EventSource, EventStore,
    Expected, Metadata, NewEvent, Partition, Reading, Secrets, StoreError, StoreOptions,
    StoredEvent, StreamAppend, StreamKind, Subject,
};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use test_support::{SharedKafka, shared_kafka, shared_postgres};
use uuid::Uuid;

/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

impl Entropy for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

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
    kafka: &'static SharedKafka,
    producer: FutureProducer,
    streams: Vec<Uuid>,
    versions: HashMap<Uuid, i32>,
}

impl Scene {
    pub async fn with_partitions(partitions: i32) -> Self {
        let kafka = shared_kafka().await;
        let url = shared_postgres().await.fresh_database().await;
        let pool = PgPoolOptions::new().max_connections(4).connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        let secrets = Secrets::from_master(&[7; 32]);
        let ambient = Ambient::new(Arc::new(Machine), Arc::new(Machine));
        let streams = (0..20).map(|_| ambient.uuid_v7()).collect();
        let store = EventStore::open(StoreOptions { pool, secrets, ambient }).await.unwrap();
        let settings = KafkaSettings {
            brokers: vec![kafka.bootstrap()],
            prefix: kafka.fresh_prefix(),
            source: "urn:test".into(),
            public_url: None,
            partitions,
            replication_factor: 1,
            client: Vec::new(),
            session_timeout: Duration::from_secs(6),
        };
        let producer = settings.client_config().create().unwrap();
        let scene = Self { store, settings, kafka, producer, streams, versions: HashMap::new() };
        scene.create_topic().await;
        scene
    }

    pub fn topic(&self) -> String {
        self.settings.topic("thing")
    }

    pub async fn create_topic(&self) {
        self.kafka.create_topics(&[(&self.topic(), self.settings.partitions)]).await;
    }

    /// Appends events to twenty streams in turn.
    pub async fn append(&mut self, count: usize) -> Vec<Written> {
        let before = self.store.head().await.unwrap().position;
        for number in 0..count {
            let stream_id = self.streams[number % self.streams.len()];
            let version = self.versions.entry(stream_id).or_insert(0);
            let event = NewEvent {
                event_type: "thing.counted".into(),
                schema_version: 1,
                data: json!({ "number": number, "text": "Grüße\n" }),
                occurred_at: None,
            };
            let append = StreamAppend {
                stream_id,
                kind: StreamKind("thing"),
                expected: Expected::Exactly(*version),
                subject: Subject::Stream,
                events: vec![event],
            };
            *version += 1;
            self.store.append(request(&self.store, append)).await.unwrap();
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

    pub async fn produce<'a>(&self, records: impl IntoIterator<Item = &'a Written>) {
        let mut writer = RecordWriter::new(&self.settings);
        let topic = self.topic();
        for Written { event, previous } in records {
            let key = event.stream_id.to_string();
            let record = FutureRecord::to(&topic)
                .key(&key)
                .payload(&event.data)
                .partition(self.number_of(event))
                .timestamp(event.recorded_at.timestamp_millis())
                .headers(writer.headers(event, *previous));
            self.producer.send(record, PATIENCE).await.unwrap();
        }
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
        self.admin().delete_topics(&[&topic], &AdminOptions::new()).await.unwrap();
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

fn request(store: &EventStore, stream: StreamAppend) -> AppendRequest {
    AppendRequest {
        command_id: store.ambient().uuid_v7(),
        body_hash: [1; 32],
        streams: vec![stream],
        claims: Vec::new(),
        releases: Vec::new(),
        credentials: Vec::new(),
        metadata: Metadata::system("test"),
    }
}

/// What a group has done, as its consumers would have it in Postgres.
#[derive(Clone, Default)]
pub struct Checkpoints {
    done: Arc<Mutex<BTreeMap<i32, (Checkpoint, Vec<StoredEvent>)>>>,
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
