//! Reading the log from Kafka.
//!
//! | module | what it holds |
//! |---|---|
//! | `client` | a member of the consumer group: what it is given, what is taken from it |
//! | `place` | from which offsets to read |
//! | `reader` | a partition: what a record means to it |
//! | `fill` | what Kafka does not have, from Postgres |

mod client;
mod fill;
mod place;
mod reader;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use rdkafka::Message;
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::types::RDKafkaErrorCode;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, warn};

use self::client::{Change, Client, Member};
use self::reader::{Reader, Taken};
use crate::kafka::{KafkaSettings, Received, parse};
use crate::{Checkpoint, EventSource, EventStore, Partition, Reading, SourcedBatch, StoreError};

/// How often a look is taken at what the relay has published.
const LOOK: Duration = Duration::from_secs(1);
/// How many records are looked at in one go, where there is nothing new among them.
const BURST: usize = 10_000;
/// How long a client that broke is left alone, and how often trouble is told.
const REST: Duration = Duration::from_secs(1);
const GRUMBLE: Duration = Duration::from_secs(10);

/// The topics of some stream kinds, shared with all other sources of the same group.
///
/// The order within a partition is that of the log, nothing is left out and nothing comes twice: what was seen before
/// a checkpoint is skipped, and what Kafka lacks, or has in another form than it was written, comes from Postgres.
pub struct KafkaSource {
    store: EventStore,
    settings: KafkaSettings,
    group: String,
    kinds: Vec<String>,
    client: Option<Client>,
    /// The partitions given to this source.
    readers: Vec<Reader>,
    due: Due,
    /// Which reader had the last record: they come in runs.
    last: usize,
    /// Events that wait in the readers. They stay there when a call is broken off.
    gathered: usize,
    /// The log's end is here or later.
    head: i64,
    /// Records so far that are none of this log's.
    strange: u64,
    /// When to look at what was published.
    look_at: Instant,
    /// Whether all records there were have been looked at since the last look.
    drained: Drained,
    grumbled: Option<Instant>,
    /// Whether it was told that topics are not there yet.
    awaiting: Awaiting,
}

/// What is to be done before anything is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Nothing,
    /// Some partitions are not read from where they are to be.
    Place,
    /// The client is of no more use.
    Rejoin,
}

/// Whether it was told that topics are not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    Untold,
    Told,
}

/// Whether the client has no more records at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drained {
    Yes,
    No,
}

impl KafkaSource {
    /// Reads the topics of `kinds` as a member of the group `{prefix}-{group}`. Joins when first asked.
    pub fn new(
        store: EventStore,
        settings: KafkaSettings,
        group: &str,
        kinds: Vec<String>,
    ) -> Self {
        let now = Instant::now();
        Self {
            store,
            settings,
            group: group.to_owned(),
            kinds,
            client: None,
            readers: Vec::new(),
            due: Due::Nothing,
            last: 0,
            gathered: 0,
            head: 0,
            strange: 0,
            look_at: now,
            drained: Drained::No,
            grumbled: None,
            awaiting: Awaiting::Untold,
        }
    }

    fn assigned(&mut self, change: Change) -> Result<Reading, StoreError> {
        self.abandon(Due::Nothing);
        if let Change::Given(partitions) = change {
            // Also when none are given: the group waits to hear that this was understood.
            self.due = Due::Place;
            for (topic, number) in partitions {
                self.expect_partitions(self.settings.partitions.max(number + 1))?;
                self.readers.extend(Reader::new(&self.settings, topic, number));
            }
        }
        Ok(Reading::Assigned(self.readers.iter().map(Reader::partition).collect()))
    }

    /// Streams would be looked for in other partitions than they are in.
    fn expect_partitions(&mut self, there_are: i32) -> Result<(), StoreError> {
        let expected = self.settings.partitions;
        if there_are == expected {
            return Ok(());
        }
        self.abandon(Due::Rejoin);
        let reason =
            format!("the topics have {there_are} partitions, but {expected} are configured");
        Err(StoreError::Refused { reason })
    }

    fn abandon(&mut self, due: Due) {
        self.readers.clear();
        self.gathered = 0;
        self.due = due;
    }

    /// Gathers the records that are there; where there is nothing else to do, waits for the first.
    async fn receive(&mut self, member: &Arc<Member>, limit: usize) -> Result<(), StoreError> {
        let filling = self.readers.iter().any(Reader::is_filling);
        // Neither holds up the other.
        let limit = if filling { limit.div_ceil(2) } else { limit };
        let mut stream = member.stream();
        let mut first = None;
        if self.gathered == 0 && !filling {
            tokio::select! {
                biased;
                () = member.context().changed() => {}
                record = stream.next() => first = record,
                () = sleep_until(self.look_at) => {}
            }
        }
        for _ in 0..BURST {
            if self.gathered >= limit {
                break;
            }
            let record = first.take().or_else(|| stream.next().now_or_never().flatten());
            match record {
                None => {
                    self.drained = Drained::Yes;
                    break;
                }
                Some(Ok(record)) => self.record(member, &record).await?,
                Some(Err(error)) => self.trouble(&error)?,
            }
        }
        Ok(())
    }

    async fn record(
        &mut self,
        member: &Arc<Member>,
        record: &BorrowedMessage<'_>,
    ) -> Result<(), StoreError> {
        let (topic, number, offset) = (record.topic(), record.partition(), record.offset());
        let is = |reader: &Reader| reader.is(topic, number);
        if !self.readers.get(self.last).is_some_and(is) {
            let Some(index) = self.readers.iter().position(is) else { return Ok(()) };
            self.last = index;
        }
        match parse(record) {
            // Where this fails, or is broken off, the record is missed like one that Kafka has lost.
            Ok(received) if self.is_beyond(received.event.position).await? => {
                if self.is_worth_a_word() {
                    let so_far = self.strange;
                    warn!(
                        topic,
                        number, offset, so_far, "passed by a record from beyond the end of the log"
                    );
                }
                self.readers[self.last].pass(offset);
            }
            Ok(received) => {
                let taken = self.take(self.last, received, offset).await?;
                self.taken(member, self.last, offset, taken);
            }
            Err(error) => {
                // If there should be an event in its place, the next record tells, or the relay.
                if self.is_worth_a_word() {
                    warn!(%error, so_far = self.strange, "passed by a record");
                }
                self.readers[self.last].pass(offset);
            }
        }
        Ok(())
    }

    /// Counts a record that is none of this log's. Where there is one, there may be a million: the first is told of, then
    /// the second, the fourth, the eighth.
    fn is_worth_a_word(&mut self) -> bool {
        self.strange += 1;
        self.strange.is_power_of_two()
    }

    /// What a record is to a partition. Where the database came back from a backup and has grown since, Kafka tells of
    /// what never happened: so the first record after a checkpoint, or after a fill, is held against the log.
    async fn take(
        &mut self,
        index: usize,
        received: Received,
        offset: i64,
    ) -> Result<Taken, StoreError> {
        let position = received.event.position;
        if self.readers[index].is_unproven(position) {
            let sql = "select event_id from log.events where position = $1";
            let there = sqlx::query_scalar(sql).bind(position).fetch_optional(self.store.pool());
            if there.await? != Some(received.event.event_id) {
                return Ok(self.readers[index].disbelieve(position, offset));
            }
        }
        Ok(self.readers[index].take(received, offset))
    }

    /// Whether the log ends before a position. It does where the database came back from a backup, and Kafka did not.
    async fn is_beyond(&mut self, position: i64) -> Result<bool, StoreError> {
        if position > self.head {
            self.head = self.store.head().await?.position;
        }
        Ok(position > self.head)
    }

    fn trouble(&mut self, error: &KafkaError) -> Result<(), StoreError> {
        if is_absence_of_topic(error) {
            // So it is at the first start. Each missing topic is told of by itself, and again after a while.
            if std::mem::replace(&mut self.awaiting, Awaiting::Told) == Awaiting::Untold {
                info!(group = self.group, "waiting for topics that the relay is yet to make");
            }
            return Ok(());
        }
        let refused = match error {
            KafkaError::MessageConsumptionFatal(_) => {
                self.abandon(Due::Rejoin);
                false
            }
            KafkaError::MessageConsumption(code) => is_refusal(*code),
            _ => false,
        };
        if refused {
            return Err(StoreError::Refused { reason: format!("Kafka: {error}") });
        }
        if self.grumbled.is_none_or(|at| at.elapsed() >= GRUMBLE) {
            self.grumbled = Some(Instant::now());
            warn!(%error, group = self.group, "trouble with Kafka");
        }
        Ok(())
    }

    fn batch(&mut self) -> SourcedBatch {
        self.gathered = 0;
        SourcedBatch { stretches: self.readers.iter_mut().filter_map(Reader::stretch).collect() }
    }
}

fn is_absence_of_topic(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(code, Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic))
}

/// Whether somebody has to change something before this passes.
fn is_refusal(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::Authentication
    )
}

impl EventSource for KafkaSource {
    async fn next(&mut self, limit: usize) -> Result<Reading, StoreError> {
        let limit = limit.max(1);
        loop {
            if self.due == Due::Rejoin {
                self.client = None;
                sleep(REST).await;
                self.due = Due::Nothing;
            }
            let client = match &self.client {
                Some(client) => client,
                None => self.client.insert(Client::join(&self.settings, &self.group, &self.kinds)?),
            };
            if let Some(change) = client.change() {
                return self.assigned(change);
            }
            let Some(member) = client.member() else { continue };
            self.place(&member).await?;
            self.look().await?;
            self.receive(&member, limit).await?;
            // What was lost meanwhile is lost with all that was gathered of it.
            if self.due == Due::Rejoin || self.client.as_ref().is_some_and(Client::has_changed) {
                continue;
            }
            self.fill(&member, limit).await?;
            if self.gathered > 0 {
                return Ok(Reading::Batch(self.batch()));
            }
            tokio::task::yield_now().await;
        }
    }

    fn seek(&mut self, partition: &Partition, to: Checkpoint) {
        let mut readers = self.readers.iter_mut();
        if let Some(reader) = readers.find(|reader| reader.partition() == *partition) {
            self.gathered -= reader.seek(to);
            self.due = Due::Place;
        }
    }
}

impl std::fmt::Debug for KafkaSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KafkaSource({} of {:?})", self.group, self.settings)
    }
}
