//! The consumer: takes messages, sees each through, and only then commits its offset.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use commands::Commands;
use commands::inbound::Received;
use eventstore::kafka::{KafkaSettings, Topics};
use futures_util::FutureExt;
use futures_util::future::join_all;
use rdkafka::ClientConfig;
use rdkafka::Message;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Offset, TopicPartitionList};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::dead::DeadLetters;
use super::failure::Failure;
use super::record::{context, place, repeat_name, ticket};

/// Messages that are seen through together, over all partitions.
const BATCH: usize = 256;
/// Waits while the surroundings are not well.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A consumer that is at work for longer than this shows the brokers that it still lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// Takes tickets from `{prefix}.inbound.tickets` in the consumer group `{prefix}-inbound`. Any
/// number may run; Kafka shares the partitions out among them.
pub struct InboundConsumer {
    commands: Commands,
    settings: KafkaSettings,
    topics: Topics,
    consumer: StreamConsumer,
    dead: DeadLetters,
}

/// Why a message has to wait.
#[derive(Debug, thiserror::Error)]
enum Waiting {
    #[error(transparent)]
    Command(commands::CommandError),
    #[error("the dead letter was not taken")]
    Dead(#[source] KafkaError),
}

impl InboundConsumer {
    /// A consumer that has not joined its group yet. Brokers need not be there.
    ///
    /// # Errors
    /// Settings that librdkafka does not take.
    pub fn new(commands: Commands, settings: KafkaSettings) -> KafkaResult<Self> {
        let consumer = config(&settings).create()?;
        let dead = DeadLetters::new(&settings, commands.store().ambient().clone())?;
        let topics = Topics::new(&settings)?;
        Ok(Self { commands, settings, topics, consumer, dead })
    }

    /// Runs until it is told to stop. What it had in hand then is not committed, and is found
    /// known by whoever takes it next. Errors of the surroundings are waited out.
    ///
    /// # Errors
    /// The topic has a name that Kafka does not take.
    pub async fn run(self, stop: CancellationToken) -> KafkaResult<()> {
        let ended = tokio::select! {
            () = stop.cancelled() => Ok(()),
            never = self.consume() => never.map(|never| match never {}),
        };
        // Leaving the group waits for the brokers, on a thread that may.
        if let Err(error) = tokio::task::spawn_blocking(move || drop(self)).await {
            tracing::warn!(%error, "the group of inbound tickets was not left as it should be");
        }
        ended
    }

    async fn consume(&self) -> KafkaResult<Infallible> {
        self.make_topics().await;
        self.consumer.subscribe(&[&self.settings.inbound_topic()])?;
        // Messages that came while others were worked on.
        let mut backlog = VecDeque::new();
        loop {
            let batch = self.take(&mut backlog).await;
            let offsets = offsets_after(&batch)?;
            self.see_through(batch, &mut backlog).await;
            if let Err(error) = self.consumer.commit(&offsets, CommitMode::Async) {
                // The messages come again, and are known then.
                tracing::debug!(%error, "offsets were not committed");
            }
        }
    }

    async fn make_topics(&self) {
        let mut pause = Pause::default();
        while let Err(error) = self.topics.ensure_inbound().await {
            pause.wait("the topics of inbound tickets could not be made", &error).await;
        }
    }

    /// Waits for a message, and takes what is there besides.
    async fn take(&self, backlog: &mut VecDeque<OwnedMessage>) -> Vec<OwnedMessage> {
        let mut batch: Vec<OwnedMessage> = backlog.drain(..backlog.len().min(BATCH)).collect();
        let mut errors = 0_u32;
        while batch.len() < BATCH {
            let next = self.consumer.recv();
            let next = if batch.is_empty() {
                next.await
            } else {
                match next.now_or_never() {
                    Some(next) => next,
                    None => break,
                }
            };
            match next {
                Ok(message) => batch.push(message.detach()),
                Err(error) => {
                    // librdkafka tries again by itself: a broker away, a topic that is not there yet.
                    errors += 1;
                    if errors.is_power_of_two() {
                        tracing::warn!(%error, errors, "inbound tickets cannot be read at the moment");
                    }
                    if !batch.is_empty() {
                        break;
                    }
                    sleep(FIRST_PAUSE).await;
                }
            }
        }
        batch
    }

    /// Returns when each message is a ticket in the log, or a dead letter with the brokers.
    /// Partitions go side by side, each in its order.
    async fn see_through(&self, batch: Vec<OwnedMessage>, backlog: &mut VecDeque<OwnedMessage>) {
        let mut partitions: BTreeMap<i32, Vec<OwnedMessage>> = BTreeMap::new();
        for message in batch {
            partitions.entry(message.partition()).or_default().push(message);
        }
        let work = join_all(partitions.into_values().map(|messages| async move {
            for message in &messages {
                self.settle(message).await;
            }
        }));
        tokio::select! {
            _ = work => {}
            never = self.show_life(backlog) => match never {},
        }
    }

    async fn settle(&self, message: &OwnedMessage) {
        let mut pause = Pause::default();
        while let Err(error) = self.attempt(message).await {
            pause.wait("an inbound ticket has to wait", &error).await;
        }
    }

    async fn attempt(&self, message: &OwnedMessage) -> Result<(), Waiting> {
        let fault = match self.receive(message).await {
            Ok(()) => return Ok(()),
            Err(Failure::Surroundings(error)) => return Err(Waiting::Command(error)),
            Err(Failure::Message(fault)) => fault,
        };
        self.dead.deliver(message, &fault).await.map_err(Waiting::Dead)?;
        // The reason may name fields as the sender called them; that is not for a log of ours.
        let (partition, offset, fields) =
            (message.partition(), message.offset(), fault.errors.len());
        tracing::warn!(partition, offset, fields, "an inbound ticket went to the dead letters");
        Ok(())
    }

    async fn receive(&self, message: &OwnedMessage) -> Result<(), Failure> {
        let ticket = ticket(&self.commands, message).await?;
        let place = place(message);
        let context = context(&self.commands, message);
        let repeat = repeat_name(message, &place);
        let received = self.commands.receive_inbound_ticket(&context, ticket, Some(repeat)).await?;
        let id = received.ticket().id;
        match received {
            Received::Opened(_) => tracing::debug!(%id, place, "an inbound ticket was opened"),
            Received::Known { content, .. } => {
                tracing::debug!(%id, place, ?content, "an inbound ticket was known");
            }
        }
        Ok(())
    }

    /// Polls while there is nothing to be taken, so that the brokers do not give the partitions to
    /// others. What still comes is kept for later.
    async fn show_life(&self, backlog: &mut VecDeque<OwnedMessage>) -> Infallible {
        sleep(SIGN_OF_LIFE).await;
        let _resumed = Paused::new(&self.consumer);
        loop {
            match timeout(SIGN_OF_LIFE, self.consumer.recv()).await {
                Ok(Ok(message)) => {
                    backlog.push_back(message.detach());
                    // It was of a partition that came to us just now.
                    pause(&self.consumer);
                }
                Ok(Err(error)) => {
                    tracing::debug!(%error, "inbound tickets cannot be read at the moment");
                    sleep(SIGN_OF_LIFE).await;
                }
                Err(_nothing_came) => {}
            }
        }
    }
}

fn config(settings: &KafkaSettings) -> ClientConfig {
    let session = settings.session_timeout.as_millis();
    let mut config = settings.client_config();
    config
        .set("group.id", format!("{}-inbound", settings.prefix))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        // What was sent before the desk first listened is wanted as well.
        .set("auto.offset.reset", "earliest")
        .set("session.timeout.ms", session.to_string())
        // By itself it would be three seconds, which a short session does not outlive.
        .set("heartbeat.interval.ms", (session / 10).clamp(100, 3000).to_string())
        .set("partition.assignment.strategy", "cooperative-sticky")
        // Topics that are made later are found soon.
        .set("topic.metadata.refresh.interval.ms", "5000")
        .set("queued.max.messages.kbytes", "16384");
    config
}

/// Partitions that are not read from, until this is dropped.
struct Paused<'a>(&'a StreamConsumer);

impl<'a> Paused<'a> {
    fn new(consumer: &'a StreamConsumer) -> Self {
        pause(consumer);
        Self(consumer)
    }
}

fn pause(consumer: &StreamConsumer) {
    let paused = consumer.assignment().and_then(|partitions| consumer.pause(&partitions));
    if let Err(error) = paused {
        tracing::debug!(%error, "the partitions could not be paused");
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        let resumed = self.0.assignment().and_then(|partitions| self.0.resume(&partitions));
        if let Err(error) = resumed {
            tracing::debug!(%error, "the partitions could not be resumed");
        }
    }
}

/// How long to wait before the next attempt: longer each time.
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(FIRST_PAUSE)
    }
}

impl Pause {
    async fn wait(&mut self, what: &'static str, error: &(dyn std::error::Error + Sync)) {
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, wait = ?self.0, "{what}");
        sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
    }
}

/// Behind the last message of each partition.
fn offsets_after(batch: &[OwnedMessage]) -> KafkaResult<TopicPartitionList> {
    let mut last: BTreeMap<(&str, i32), i64> = BTreeMap::new();
    for message in batch {
        last.insert((message.topic(), message.partition()), message.offset());
    }
    let mut offsets = TopicPartitionList::new();
    for ((topic, partition), offset) in last {
        offsets.add_partition_offset(topic, partition, Offset::Offset(offset + 1))?;
    }
    Ok(offsets)
}

impl std::fmt::Debug for InboundConsumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboundConsumer").field("settings", &self.settings).finish_non_exhaustive()
    }
}
