//! A real Kafka for tests.
//!
//! A test takes `shared_kafka().await` and names its topics with a `fresh_prefix()`; one that kills
//! its broker starts its own with `TestKafka::start().await`.
//!
//! The jars of Apache Kafka come by `scripts/kafka.sh`. Where there are none, librdkafka's mock
//! cluster stands in: it speaks the protocol over TCP, also to other processes. It does not know the
//! creation of topics by an admin client (so tests create theirs with `create_topics`), compaction,
//! the fencing of an older transactional producer, or records that a reader of committed ones must
//! not see. A test of these asks `lacks` and leaves.

mod broker;
mod mock;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;
use tokio::sync::OnceCell;

use broker::Broker;
use mock::Mock;

/// How long a broker may take to answer an admin client, on a machine that is busy with other tests.
const ADMIN_PATIENCE: Duration = Duration::from_secs(30);

/// A Kafka of one broker with a temporary data directory. Dropping it ends the broker and removes
/// the data. It belongs to no runtime: tests with runtimes of their own may share it.
#[derive(Debug)]
pub struct TestKafka {
    backing: Backing,
}

#[derive(Debug)]
enum Backing {
    Broker(Broker),
    Mock(Mock),
}

impl TestKafka {
    /// Starts a broker and waits until it answers: Apache Kafka where `DOCKET_TEST_KAFKA` or, where
    /// that is not set, the cache of the scripts holds its jars; else librdkafka's mock cluster,
    /// and says so.
    ///
    /// # Panics
    /// When the broker cannot be started; the message says why.
    pub async fn start() -> Self {
        match jars() {
            Some(jars) => Self { backing: Backing::Broker(Broker::start(&jars).await) },
            None => {
                println!("kafka: no Apache Kafka to be had, running on librdkafka's mock cluster");
                Self::start_mock()
            }
        }
    }

    /// Starts librdkafka's mock cluster, for tests that want that one.
    ///
    /// # Panics
    /// When librdkafka refuses.
    pub fn start_mock() -> Self {
        Self { backing: Backing::Mock(Mock::start()) }
    }

    /// What clients take for `bootstrap.servers`; the same before and after a restart.
    pub fn bootstrap(&self) -> String {
        match &self.backing {
            Backing::Broker(broker) => broker.bootstrap(),
            Backing::Mock(mock) => mock.bootstrap().to_owned(),
        }
    }

    /// Whether this is librdkafka's mock cluster rather than Apache Kafka.
    pub fn is_mock(&self) -> bool {
        match &self.backing {
            Backing::Broker(_) => false,
            Backing::Mock(_) => true,
        }
    }

    /// See [`SharedKafka::lacks`].
    pub fn lacks(&self, what: &str) -> bool {
        if self.is_mock() {
            println!("skipped: librdkafka's mock cluster lacks {what}");
        }
        self.is_mock()
    }

    /// The process id of the broker, while there is one. The mock cluster has none.
    pub fn pid(&self) -> Option<u32> {
        match &self.backing {
            Backing::Broker(broker) => broker.pid(),
            Backing::Mock(_) => None,
        }
    }

    /// Creates topics of these names and numbers of partitions. One that is there already stays as
    /// it is.
    ///
    /// # Panics
    /// When the broker refuses or is down.
    pub async fn create_topics(&self, topics: &[(&str, i32)]) {
        match &self.backing {
            Backing::Broker(broker) => create_topics(&broker.bootstrap(), topics).await,
            Backing::Mock(mock) => mock.create_topics(topics),
        }
    }

    /// Ends the broker without a word (SIGKILL). Connections break, and new ones are refused until
    /// [`TestKafka::restart`].
    pub fn kill(&self) {
        match &self.backing {
            Backing::Broker(broker) => broker.kill(),
            Backing::Mock(mock) => mock.down(),
        }
    }

    /// Starts the broker again on the same ports and data, and waits until it answers. It is killed
    /// before, where it still runs.
    ///
    /// # Panics
    /// When the broker does not come up again; the message says why.
    pub async fn restart(&self) {
        match &self.backing {
            Backing::Broker(broker) => broker.restart().await,
            Backing::Mock(mock) => mock.up(),
        }
    }
}

/// A broker that many tests share, so that none may end it. Each takes a prefix of its own for topics,
/// groups and transactional ids.
#[derive(Debug)]
pub struct SharedKafka {
    kafka: TestKafka,
    prefixes: AtomicU32,
}

impl SharedKafka {
    /// What clients take for `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        self.kafka.bootstrap()
    }

    /// Whether this is librdkafka's mock cluster rather than Apache Kafka.
    pub fn is_mock(&self) -> bool {
        self.kafka.is_mock()
    }

    /// Whether this broker lacks what a test needs, as the mock cluster may: then it says so, and the test is to leave.
    pub fn lacks(&self, what: &str) -> bool {
        self.kafka.lacks(what)
    }

    /// See [`TestKafka::create_topics`].
    ///
    /// # Panics
    /// When the broker refuses.
    pub async fn create_topics(&self, topics: &[(&str, i32)]) {
        self.kafka.create_topics(topics).await;
    }

    /// A prefix for names of topics that nobody else gets, such as `test-7`.
    pub fn fresh_prefix(&self) -> String {
        format!("test-{}", self.prefixes.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// The broker that all tests of this process share. The first call starts it.
///
/// # Panics
/// When the broker cannot be started; the message says why.
pub async fn shared_kafka() -> &'static SharedKafka {
    static SHARED: OnceCell<SharedKafka> = OnceCell::const_new();
    SHARED
        .get_or_init(|| async {
            SharedKafka { kafka: TestKafka::start().await, prefixes: AtomicU32::new(0) }
        })
        .await
}

async fn create_topics(bootstrap: &str, topics: &[(&str, i32)]) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .create()
        .expect("an admin client can be made");
    let wanted: Vec<NewTopic<'_>> = topics
        .iter()
        .map(|(name, partitions)| NewTopic::new(name, *partitions, TopicReplication::Fixed(1)))
        .collect();
    let options = AdminOptions::new()
        .request_timeout(Some(ADMIN_PATIENCE))
        .operation_timeout(Some(ADMIN_PATIENCE));
    let results = admin.create_topics(&wanted, &options).await.expect("the broker answers");
    for result in results {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => panic!("no topic {name}: {code}"),
        }
    }
}

/// Whether there is an Apache Kafka, rather than the mock cluster only.
pub fn apache_is_there() -> bool {
    jars().is_some()
}

/// The directory of Kafka's jars, where there are any.
#[expect(clippy::disallowed_methods, reason = "a test is its own composition root")]
fn jars() -> Option<PathBuf> {
    let named = std::env::var_os("DOCKET_TEST_KAFKA").map(PathBuf::from);
    let cached = || Some(std::env::home_dir()?.join(".cache/docket/kafka-4.3.0/libs"));
    named.or_else(cached).filter(|folder| holds_kafka(folder))
}

fn holds_kafka(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("kafka_2.13-"))
    })
}
