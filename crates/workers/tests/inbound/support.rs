//! A desk with an inbound topic, a help desk that writes to it, and what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use commands::{Commands, CommandsConfig};
use eventstore::kafka::KafkaSettings;
use eventstore::{Ambient, Clock, Entropy, EventStore, Metadata, Secrets, StoreOptions};
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::{Header, Headers, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workers::inbound::InboundConsumer;

/// What comes of something is waited for so long.
const PATIENCE: Duration = Duration::from_secs(60);

pub const PARTITIONS: i32 = 3;

struct Machine;

impl Entropy for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A desk of its own: a database, and topics under a prefix that nobody else has.
pub struct Desk {
    url: String,
    pub settings: KafkaSettings,
    producer: FutureProducer,
    pub commands: Commands,
}

impl Desk {
    /// On the broker that all tests share.
    pub async fn new() -> Self {
        let kafka = test_support::shared_kafka().await;
        let prefix = kafka.fresh_prefix();
        let (tickets, dead) =
            (format!("{prefix}.inbound.tickets"), format!("{prefix}.inbound.dead"));
        kafka.create_topics(&[(&tickets, PARTITIONS), (&dead, 1)]).await;
        Self::at(&kafka.bootstrap(), prefix).await
    }

    /// On a broker.
    pub async fn at(bootstrap: &str, prefix: String) -> Self {
        let url = test_support::shared_postgres().await.fresh_database().await;
        let pool = PgPool::connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        pool.close().await;
        let settings = KafkaSettings {
            brokers: vec![bootstrap.to_owned()],
            prefix,
            source: "urn:test".to_owned(),
            public_url: None,
            partitions: PARTITIONS,
            replication_factor: 1,
            client: Vec::new(),
            session_timeout: Duration::from_secs(6),
        };
        let mut config = client(bootstrap);
        config.set("message.max.bytes", "20000000").set("compression.type", "zstd");
        let producer = config.create().unwrap();
        let commands = process(&url).await;
        Self { url, settings, producer, commands }
    }

    /// A consumer in a process of its own, at work.
    pub async fn consumer(&self) -> Running {
        let consumer =
            InboundConsumer::new(process(&self.url).await, self.settings.clone()).unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move { consumer.run(stopped).await.unwrap() });
        Running { stop, task }
    }

    /// Sends a message and waits until the broker has it.
    pub async fn send(&self, key: Option<&str>, value: impl AsRef<[u8]>) {
        self.send_with(key, Some(value.as_ref()), OwnedHeaders::new()).await;
    }

    pub async fn send_with(&self, key: Option<&str>, value: Option<&[u8]>, headers: OwnedHeaders) {
        let topic = self.settings.inbound_topic();
        let record = FutureRecord::<str, [u8]> {
            topic: &topic,
            partition: None,
            payload: value,
            key,
            timestamp: None,
            headers: Some(headers),
        };
        self.producer.send(record, PATIENCE).await.map_err(|(error, _)| error).unwrap();
    }

    /// The subjects of the tickets, as they were opened.
    pub async fn tickets(&self) -> Vec<String> {
        self.opened().await.into_iter().map(|(subject, _)| subject).collect()
    }

    /// Subject and metadata of each ticket.
    pub async fn opened(&self) -> Vec<(String, Metadata)> {
        let filter = eventstore::EventFilter {
            types: vec!["ticket.opened".to_owned()],
            ..eventstore::EventFilter::default()
        };
        let store = self.commands.store();
        let stored = store.read_after(0, 10_000, &filter).await.unwrap();
        let opened = store.open_events(stored).await.unwrap();
        opened
            .iter()
            .map(|event| {
                let subject = event.data["subject"]["$personal"].as_str().unwrap().to_owned();
                (subject, event.metadata.clone())
            })
            .collect()
    }

    /// Waits until there are so many tickets.
    pub async fn until_tickets(&self, count: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let tickets = self.tickets().await;
            if tickets.len() >= count {
                return tickets;
            }
            assert!(begun.elapsed() < PATIENCE, "only {tickets:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for so many dead letters, the first one first.
    pub async fn dead(&self, count: usize) -> Vec<OwnedMessage> {
        let consumer: StreamConsumer = client(&self.settings.brokers[0])
            .set("group.id", format!("{}-undertaker", self.settings.prefix))
            .create()
            .unwrap();
        let mut dead = rdkafka::TopicPartitionList::new();
        let topic = self.settings.dead_topic();
        let metadata = consumer.fetch_metadata(Some(&topic), PATIENCE).unwrap();
        for partition in metadata.topics()[0].partitions() {
            let begin = rdkafka::Offset::Beginning;
            dead.add_partition_offset(&topic, partition.id(), begin).unwrap();
        }
        consumer.assign(&dead).unwrap();
        let mut letters = Vec::new();
        while letters.len() < count {
            let next = tokio::time::timeout(PATIENCE, consumer.recv()).await;
            letters.push(next.expect("a dead letter").unwrap().detach());
        }
        letters
    }

    /// The ids of the consumers that the broker takes for living.
    pub fn members(&self) -> Vec<String> {
        let consumer: StreamConsumer = client(&self.settings.brokers[0]).create().unwrap();
        let group = format!("{}-inbound", self.settings.prefix);
        let list = consumer.fetch_group_list(Some(&group), PATIENCE).unwrap();
        list.groups()[0].members().iter().map(|member| member.id().to_owned()).collect()
    }

    /// Puts the group of the consumers back to the beginning: as if none had committed.
    pub async fn forget_commits(&self) {
        let consumer: StreamConsumer = client(&self.settings.brokers[0])
            .set("group.id", format!("{}-inbound", self.settings.prefix))
            .create()
            .unwrap();
        let mut offsets = rdkafka::TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            let topic = self.settings.inbound_topic();
            offsets.add_partition_offset(&topic, partition, rdkafka::Offset::Offset(0)).unwrap();
        }
        // Refused as long as the dead are taken for living.
        let begun = Instant::now();
        while let Err(error) = consumer.commit(&offsets, rdkafka::consumer::CommitMode::Sync) {
            assert!(begun.elapsed() < PATIENCE, "{error}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Ends every connection to the database, and lets none in until it is let in again.
    pub async fn database(&self, door: Door) {
        let (server, name) = self.url.split('?').next().unwrap().rsplit_once('/').unwrap();
        let query = self.url.split_once('?').map(|(_, query)| format!("?{query}"));
        let admin = format!("{server}/postgres{}", query.unwrap_or_default());
        let pool = PgPool::connect(&admin).await.unwrap();
        let open = door == Door::Open;
        let alter = format!("alter database \"{name}\" with allow_connections {open}");
        sqlx::query(sqlx::AssertSqlSafe(alter)).execute(&pool).await.unwrap();
        if !open {
            let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
            sqlx::query(end).bind(name).execute(&pool).await.unwrap();
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Open,
    Shut,
}

/// A consumer at work.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Stops it in an orderly way.
    pub async fn finish(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Drops it in the midst of what it does.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

pub fn header(message: &OwnedMessage, name: &str) -> Option<String> {
    let headers = message.headers()?.as_borrowed();
    let found = headers.iter().find(|header| header.key == name)?;
    found.value.map(|value| String::from_utf8(value.to_vec()).unwrap())
}

pub fn headers<const N: usize>(pairs: [(&str, &str); N]) -> OwnedHeaders {
    pairs.into_iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header { key, value: Some(value) })
    })
}

fn client(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    config
}

async fn process(url: &str) -> Commands {
    let pool = PgPoolOptions::new().max_connections(8).connect(url).await.unwrap();
    let ambient = Ambient::new(Arc::new(Machine), Arc::new(Machine));
    let options = StoreOptions { pool, secrets: Secrets::from_master(&[7; 32]), ambient };
    Commands::new(EventStore::open(options).await.unwrap(), CommandsConfig::default())
}
