//! The producer and its transactions. Everything here blocks.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use super::resume::{KEY, Resume};
use super::{AtStep, RelayError, Step};
use crate::StoredEvent;
use crate::kafka::{KafkaSettings, RecordWriter};

/// How long one call may take before we look whether we are still wanted.
const SLICE: Duration = Duration::from_secs(1);

/// How often we look whether there is room in the queue, or nothing left in it.
const LOOK: Duration = Duration::from_micros(500);

/// Largest record, in bytes. An event has at most a quarter of it; brokers take this much by default.
const MAX_RECORD_BYTES: &str = "1048576";

/// What librdkafka is told beside the settings of the desk.
const SETTINGS: &[(&str, &str)] = &[
    ("enable.idempotence", "true"),
    ("acks", "all"),
    ("message.max.bytes", MAX_RECORD_BYTES),
    // A broker that is away longer than this aborts the transaction, and we begin it anew.
    ("transaction.timeout.ms", "30000"),
    ("compression.type", "lz4"),
    ("linger.ms", "1"),
    ("batch.num.messages", "10000"),
    ("queue.buffering.max.messages", "50000"),
    ("queue.buffering.max.kbytes", "32768"),
    // A transaction stands or falls as a whole: its commit tells whether a record has failed.
    ("delivery.report.only.error", "true"),
];

/// How far the relay is once a transaction is committed.
pub(super) enum Reached {
    /// A position of the log, and the event that is there.
    Log { position: i64, event: Option<Uuid> },
    /// A position of a kind whose topic is filled anew.
    Kind { kind: String, position: i64 },
}

/// The one who publishes. Fences everybody who did so before.
pub(super) struct Publisher {
    producer: ThreadedProducer<Deliveries>,
    settings: KafkaSettings,
    writer: RecordWriter,
    topics: HashMap<String, String>,
    relay_topic: String,
    interrupted: CancellationToken,
    at: AtStep,
}

impl Publisher {
    /// Connects and ends whatever transaction an earlier relay has left open.
    pub(super) fn open(
        settings: &KafkaSettings,
        at: AtStep,
        interrupted: CancellationToken,
    ) -> Result<Self, RelayError> {
        let relay_topic = settings.relay_topic();
        let mut config = settings.client_config();
        for (key, value) in SETTINGS {
            config.set(*key, *value);
        }
        // What the operator says wins, but not over who we are.
        for (key, value) in &settings.client {
            config.set(key, value);
        }
        config.set("transactional.id", format!("{}-relay", settings.prefix));
        let producer =
            config.create_with_context(Deliveries::default()).map_err(RelayError::Settings)?;
        let publisher = Self {
            producer,
            settings: settings.clone(),
            writer: RecordWriter::new(settings),
            topics: HashMap::new(),
            relay_topic,
            interrupted,
            at,
        };
        publisher.insist(|producer| producer.init_transactions(SLICE))?;
        Ok(publisher)
    }

    /// Publishes events in one transaction with the record of how far that is. On an error nothing is published, or it
    /// is unknown: the publisher must be opened anew, and what Kafka holds read again.
    pub(super) fn publish(
        &mut self,
        batches: &[Vec<StoredEvent>],
        resume: &mut Resume,
        reached: Reached,
    ) -> Result<(), RelayError> {
        let published = self.transaction(batches, resume, reached);
        let published = published.map_err(|error| self.verdict(error));
        match &published {
            // The transaction is no longer ours to abort.
            Ok(()) | Err(RelayError::Fenced) => {}
            Err(_) => {
                // Or else it is aborted when it runs out, or when the next one is opened.
                if let Err(error) = self.producer.abort_transaction(SLICE * 5) {
                    warn!(%error, "the transaction could not be aborted");
                }
            }
        }
        published
    }

    fn transaction(
        &mut self,
        batches: &[Vec<StoredEvent>],
        resume: &mut Resume,
        reached: Reached,
    ) -> Result<(), RelayError> {
        self.at.step(Step::Begin);
        self.producer.begin_transaction()?;
        for event in batches.iter().flatten() {
            self.send_event(event, resume)?;
        }
        match reached {
            Reached::Log { position, event } => {
                resume.position = position;
                resume.event = event;
            }
            Reached::Kind { kind, position } if position >= resume.position => {
                resume.behind.remove(&kind);
            }
            Reached::Kind { kind, position } => {
                resume.behind.insert(kind, position);
            }
        }
        self.send_resume(resume)?;
        self.at.step(Step::Produced);
        // The library's own flush sleeps for a tenth of a second where a thread of its own serves the queue.
        while self.producer.in_flight_count() > 0 {
            self.wait()?;
        }
        self.insist(|producer| producer.commit_transaction(SLICE))?;
        self.at.step(Step::Committed);
        Ok(())
    }

    fn send_event(&mut self, event: &StoredEvent, resume: &mut Resume) -> Result<(), RelayError> {
        let place = resume.place(event, self.settings.partitions);
        if !self.topics.contains_key(&event.kind) {
            self.topics.insert(event.kind.clone(), self.settings.topic(&event.kind));
        }
        let topic = self.topics.get(&event.kind).map_or("", String::as_str);
        let mut text = Uuid::encode_buffer();
        let key: &str = event.stream_id.hyphenated().encode_lower(&mut text);
        // Told back where its record fails.
        let position = usize::try_from(event.position).unwrap_or_default();
        let record = BaseRecord::with_opaque_to(topic, position)
            .partition(place.partition)
            .key(key)
            .payload(event.data.as_slice())
            .timestamp(event.recorded_at.timestamp_millis())
            .headers(self.writer.headers(event, place.previous));
        self.send(record)
    }

    fn send_resume(&self, resume: &Resume) -> Result<(), RelayError> {
        let value = resume.to_json();
        self.send(
            BaseRecord::with_opaque_to(&self.relay_topic, 0)
                .partition(0)
                .key(KEY)
                .payload(value.as_slice()),
        )
    }

    /// Hands a record to librdkafka, once there is room.
    fn send(&self, mut record: BaseRecord<'_, str, [u8], usize>) -> Result<(), RelayError> {
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.wait()?;
                }
                Err((
                    KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge),
                    back,
                )) => {
                    return Err(too_large(back.delivery_opaque));
                }
                Err((error, _)) => return Err(error.into()),
            }
        }
    }

    fn wait(&self) -> Result<(), RelayError> {
        if self.interrupted.is_cancelled() {
            return Err(RelayError::Interrupted);
        }
        thread::sleep(LOOK);
        Ok(())
    }

    /// Repeats a call as long as it only takes its time.
    fn insist(
        &self,
        call: impl Fn(&ThreadedProducer<Deliveries>) -> Result<(), KafkaError>,
    ) -> Result<(), RelayError> {
        loop {
            match call(&self.producer) {
                Ok(()) => return Ok(()),
                Err(KafkaError::Transaction(error)) if error.is_retriable() => {}
                Err(KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut)) => {}
                Err(error) => return Err(self.verdict(error.into())),
            }
            if self.interrupted.is_cancelled() {
                return Err(RelayError::Interrupted);
            }
        }
    }

    /// What an error amounts to.
    fn verdict(&self, error: RelayError) -> RelayError {
        let fatal = self.producer.client().fatal_error().map(|(code, _)| code);
        let code = match &error {
            RelayError::Kafka(error) => error.rdkafka_error_code(),
            RelayError::Settings(_)
            | RelayError::Store(_)
            | RelayError::Topics(_)
            | RelayError::Recorded { .. }
            | RelayError::Foreign { .. }
            | RelayError::Parted { .. }
            | RelayError::TooLarge { .. }
            | RelayError::Interrupted
            | RelayError::Fenced => return error,
        };
        if [fatal, code].into_iter().flatten().any(is_fencing) {
            return RelayError::Fenced;
        }
        match self.producer.context().too_large() {
            Some(position) => too_large(position),
            None => error,
        }
    }
}

fn too_large(position: usize) -> RelayError {
    RelayError::TooLarge { position: i64::try_from(position).unwrap_or(i64::MAX) }
}

fn is_fencing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Fenced
            | RDKafkaErrorCode::ProducerFenced
            | RDKafkaErrorCode::InvalidProducerEpoch
    )
}

/// Listens for records that have failed.
#[derive(Default)]
struct Deliveries {
    too_large: Mutex<Option<usize>>,
}

impl Deliveries {
    fn too_large(&self) -> Option<usize> {
        *self.too_large.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, position: usize) {
        if let Err((error, _)) = result
            && error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageSizeTooLarge)
        {
            *self.too_large.lock().unwrap_or_else(PoisonError::into_inner) = Some(position);
        }
    }
}
