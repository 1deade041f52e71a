//! The topics: made where they are missing, and checked where they are there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use thiserror::Error;

use crate::kafka::KafkaSettings;
use crate::kafka::blocking;

/// How long the brokers may take for an answer, and a new topic to be known to them all.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a new topic is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Why the topics are not as they should be.
#[derive(Debug, Error)]
pub enum TopicsError {
    /// A topic has another number of partitions than this desk is configured for. Going on would put streams into
    /// other partitions than before, and so out of order.
    #[error("the topic {topic} has {found} partitions, but kafka.partitions is {wanted}")]
    Partitions {
        /// Name of the topic.
        topic: String,
        /// Partitions it has.
        found: usize,
        /// Partitions it should have.
        wanted: i32,
    },
    /// The brokers would not make a topic.
    #[error("the topic {topic} cannot be made: {reason}")]
    Refused {
        /// Name of the topic.
        topic: String,
        /// What the brokers say.
        reason: RDKafkaErrorCode,
    },
    /// A topic that was made is not to be seen.
    #[error("the topic {topic} was made, but the brokers do not know it yet")]
    Absent {
        /// Name of the topic.
        topic: String,
    },
    /// Kafka could not be asked.
    #[error("the topics cannot be read")]
    Kafka(#[from] KafkaError),
}

/// Makes and checks topics.
pub struct Topics {
    settings: KafkaSettings,
    admin: Arc<AdminClient<DefaultClientContext>>,
}

/// A topic as it should be.
struct Wanted {
    name: String,
    partitions: Partitions,
    settings: &'static [(&'static str, &'static str)],
}

/// How many partitions a topic has.
#[derive(Clone, Copy)]
enum Partitions {
    /// Just as many.
    Exactly(i32),
    /// As many when we make it; whoever made it otherwise had reasons.
    AtFirst(i32),
}

/// Events stay: the topics are to hold the whole log, and much of it may be older than the topics.
const EVENTS: &[(&str, &str)] =
    &[("cleanup.policy", "delete"), ("retention.ms", "-1"), ("max.message.bytes", "1048588")];

/// Only the last record counts. Small segments, for the one in use is never compacted.
const RELAY: &[(&str, &str)] = &[("cleanup.policy", "compact"), ("segment.bytes", "16777216")];

impl Topics {
    /// A client for the topics of the desk; does not connect yet.
    pub fn new(settings: &KafkaSettings) -> Result<Self, KafkaError> {
        let admin = Arc::new(settings.client_config().create()?);
        Ok(Self { settings: settings.clone(), admin })
    }

    /// Sees to it that the relay's own topic and those of these kinds are there.
    ///
    /// # Errors
    /// [`TopicsError::Partitions`] when one is there with another number of partitions.
    pub async fn ensure_events(&self, kinds: &[String]) -> Result<(), TopicsError> {
        let partitions = Partitions::Exactly(self.settings.partitions);
        let relay = Wanted {
            name: self.settings.relay_topic(),
            partitions: Partitions::Exactly(1),
            settings: RELAY,
        };
        let events = kinds.iter().map(|kind| Wanted {
            name: self.settings.topic(kind),
            partitions,
            settings: EVENTS,
        });
        self.ensure(&events.chain([relay]).collect::<Vec<_>>()).await
    }

    /// Sees to it that the topics for what comes in from other systems are there.
    pub async fn ensure_inbound(&self) -> Result<(), TopicsError> {
        let partitions = Partitions::AtFirst(self.settings.partitions);
        let names = [self.settings.inbound_topic(), self.settings.dead_topic()];
        let wanted = names.map(|name| Wanted { name, partitions, settings: &[] });
        self.ensure(&wanted).await
    }

    /// Whether there never was a record in a partition of the topic of a kind.
    pub async fn is_empty(&self, kind: &str, number: i32) -> Result<bool, TopicsError> {
        let (admin, topic) = (Arc::clone(&self.admin), self.settings.topic(kind));
        let read = move || admin.inner().fetch_watermarks(&topic, number, PATIENCE);
        let (_, high) = blocking(read).await?;
        Ok(high == 0)
    }

    async fn ensure(&self, wanted: &[Wanted]) -> Result<(), TopicsError> {
        let found = self.partitions().await?;
        let missing: Vec<_> = wanted.iter().filter(|w| !found.contains_key(&w.name)).collect();
        self.create(&missing).await?;
        let found = if missing.is_empty() { found } else { self.await_all(&missing).await? };
        for topic in wanted {
            let Partitions::Exactly(partitions) = topic.partitions else { continue };
            let found = found.get(&topic.name).copied().unwrap_or_default();
            if i32::try_from(found) != Ok(partitions) {
                let topic = topic.name.clone();
                return Err(TopicsError::Partitions { topic, found, wanted: partitions });
            }
        }
        Ok(())
    }

    async fn create(&self, missing: &[&Wanted]) -> Result<(), TopicsError> {
        if missing.is_empty() {
            return Ok(());
        }
        let copies = self.settings.replication_factor;
        let topics: Vec<_> = missing
            .iter()
            .map(|wanted| {
                let (Partitions::Exactly(count) | Partitions::AtFirst(count)) = wanted.partitions;
                let topic = NewTopic::new(&wanted.name, count, TopicReplication::Fixed(copies));
                wanted.settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value))
            })
            .collect();
        let options =
            AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE));
        for result in self.admin.create_topics(&topics, &options).await? {
            match result {
                // Or somebody was quicker.
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, reason)) => return Err(TopicsError::Refused { topic, reason }),
            }
        }
        Ok(())
    }

    /// Waits until all of these topics are known and have leaders.
    async fn await_all(&self, topics: &[&Wanted]) -> Result<HashMap<String, usize>, TopicsError> {
        let began = Instant::now();
        loop {
            let found = self.partitions().await?;
            let Some(absent) = topics.iter().find(|topic| !found.contains_key(&topic.name)) else {
                return Ok(found);
            };
            if began.elapsed() > PATIENCE {
                return Err(TopicsError::Absent { topic: absent.name.clone() });
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The topics that are ready to be used, with their numbers of partitions.
    async fn partitions(&self) -> Result<HashMap<String, usize>, TopicsError> {
        let admin = Arc::clone(&self.admin);
        let read = move || admin.inner().fetch_metadata(None, PATIENCE);
        let metadata = blocking(read).await?;
        let ready = metadata.topics().iter().filter(|topic| {
            topic.error().is_none() && topic.partitions().iter().all(|part| part.leader() >= 0)
        });
        Ok(ready.map(|topic| (topic.name().to_owned(), topic.partitions().len())).collect())
    }
}

impl std::fmt::Debug for Topics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Topics")
    }
}
