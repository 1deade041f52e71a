//! A member of a consumer group. What it is given is told, never fetched before somebody says from where.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, StreamConsumer};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientConfig, ClientContext, TopicPartitionList};
use tokio::sync::Notify;
use tracing::{debug, warn};

use crate::StoreError;
use crate::kafka::KafkaSettings;

/// How long leaving the group may hold up whoever drops the client.
const LEAVING: Duration = Duration::from_secs(1);

/// What a group of ours needs to be told quickly and in bounded memory, unless the settings say otherwise.
const TUNING: [(&str, &str); 8] = [
    ("fetch.min.bytes", "1"),
    ("fetch.wait.max.ms", "50"),
    // The default waits a second after the queue was full, and half of one after an error.
    ("fetch.queue.backoff.ms", "20"),
    ("fetch.error.backoff.ms", "100"),
    ("queued.max.messages.kbytes", "16384"),
    ("fetch.message.max.bytes", "524288"),
    // Topics that the relay makes, or makes anew, are seen within seconds.
    ("topic.metadata.refresh.interval.ms", "2000"),
    ("metadata.max.age.ms", "6000"),
];

/// The consumer of a group's member.
pub(super) type Member = StreamConsumer<Membership>;

/// A client that has joined a group.
pub(super) struct Client {
    // Taken when dropped.
    member: Option<Arc<Member>>,
}

impl Client {
    /// Joins. The partitions come later, through the [`Membership`].
    pub(super) fn join(
        settings: &KafkaSettings,
        group: &str,
        kinds: &[String],
    ) -> Result<Self, StoreError> {
        let refused = |error: rdkafka::error::KafkaError| StoreError::Refused {
            reason: format!("Kafka's client: {error}"),
        };
        let config = config(settings, group);
        let member: Member = config.create_with_context(Membership::default()).map_err(refused)?;
        let topics: Vec<_> = kinds.iter().map(|kind| settings.topic(kind)).collect();
        let topics: Vec<_> = topics.iter().map(String::as_str).collect();
        member.subscribe(&topics).map_err(refused)?;
        Ok(Self { member: Some(Arc::new(member)) })
    }

    /// The consumer.
    pub(super) fn member(&self) -> Option<Arc<Member>> {
        self.member.clone()
    }

    /// What has changed since this was asked last.
    pub(super) fn change(&self) -> Option<Change> {
        self.member.as_ref()?.context().lock().change.take()
    }

    /// Whether something has.
    pub(super) fn has_changed(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.context().lock().change.is_some())
    }
}

impl Drop for Client {
    /// Leaves the group, so that the others need not wait until this member is missed. That takes an answer of the
    /// broker's: a thread waits for it, and this one waits for that thread, but not for long.
    fn drop(&mut self) {
        let Some(member) = self.member.take() else { return };
        member.context().lock().standing = Standing::Leaving;
        let (left, done) = mpsc::channel();
        let leave = move || {
            if let Err(error) = member.unassign() {
                debug!(%error, "leaving the consumer group");
            }
            drop(member);
            left.send(()).ok();
        };
        if std::thread::Builder::new().name("leave-group".to_owned()).spawn(leave).is_ok() {
            done.recv_timeout(LEAVING).ok();
        }
    }
}

fn config(settings: &KafkaSettings, group: &str) -> ClientConfig {
    let mut config = settings.client_config();
    let session = settings.session_timeout.as_millis();
    let session = [
        ("session.timeout.ms", session.to_string()),
        ("heartbeat.interval.ms", (session / 10).clamp(100, 3000).to_string()),
    ];
    let tuning = TUNING.map(|(key, value)| (key, value.to_owned()));
    for (key, value) in tuning.into_iter().chain(session) {
        if config.get(key).is_none() {
            config.set(key, value);
        }
    }
    // What is right or wrong hangs on these, so nobody has a say in them.
    config.set("group.id", format!("{}-{group}", settings.prefix));
    config.set("partition.assignment.strategy", "range");
    config.set("isolation.level", "read_committed");
    config.set("enable.auto.commit", "false");
    config.set("enable.auto.offset.store", "false");
    // A hint that leads nowhere is no hint; what was seen before is skipped, and what is missing is in Postgres.
    config.set("auto.offset.reset", "earliest");
    config
}

/// The partitions of a member from some moment on: topic and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// These. The group waits until they are assigned.
    Given(Vec<(String, i32)>),
    /// None. They were given up as soon as that was heard.
    Taken,
}

/// What the group does with its member.
#[derive(Default)]
pub(super) struct Membership {
    now: Mutex<Now>,
    changed: Notify,
}

#[derive(Default)]
struct Now {
    change: Option<Change>,
    standing: Standing,
}

#[derive(Default, PartialEq, Eq)]
enum Standing {
    #[default]
    Member,
    Leaving,
}

impl Membership {
    /// Returns when there is a change, perhaps one that has been taken notice of already.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Membership {}

impl ConsumerContext for Membership {
    /// Called from within a poll. Partitions that are taken are given up here and now; those that are given are
    /// assigned by the source, once it knows from where to read.
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        err: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        let mut now = self.lock();
        let given = err == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        now.change = Some(if given && now.standing == Standing::Member {
            let partitions = partitions.elements();
            let names = partitions.iter().map(|one| (one.topic().to_owned(), one.partition()));
            Change::Given(names.collect())
        } else {
            if let Err(error) = consumer.unassign() {
                warn!(%error, "cannot give up partitions");
            }
            Change::Taken
        });
        drop(now);
        self.changed.notify_one();
    }
}
