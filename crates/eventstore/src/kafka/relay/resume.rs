//! Where the relay goes on: the record that every transaction of it writes beside the events.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Partition;
use crate::StoredEvent;
use crate::kafka::{KafkaSettings, partition_of};

/// Key of all resume records, so that compaction leaves the last.
pub(super) const KEY: &str = "relay";

/// How many offsets from the end are looked at first. Transaction markers take some, aborted transactions others.
const FIRST_LOOK: i64 = 32;

/// How long the brokers may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far the relay is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(super) struct Resume {
    /// Everything of the log up to here is on Kafka, but for the kinds in `behind`.
    pub(super) position: i64,
    /// The event at that position: another log may have as many events, but not this one.
    pub(super) event: Option<Uuid>,
    /// Of the lease under which this was published.
    pub(super) epoch: i64,
    /// Per kind the last position in each partition of its topic, 0 where there is none.
    last: BTreeMap<String, Vec<i64>>,
    /// Kinds whose topic was lost and is filled anew, and how far that is.
    pub(super) behind: BTreeMap<String, i64>,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    position: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Uuid>,
    epoch: i64,
    /// `ticket/3` to position.
    partitions: BTreeMap<String, i64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    behind: BTreeMap<String, i64>,
}

impl From<Resume> for Written {
    fn from(resume: Resume) -> Self {
        let partitions = resume
            .all()
            .map(|(kind, number, position)| {
                (Partition::Topic { kind: kind.to_owned(), number }.to_string(), position)
            })
            .collect();
        let Resume { position, event, epoch, behind, .. } = resume;
        Self { position, event, epoch, partitions, behind }
    }
}

impl From<Written> for Resume {
    fn from(written: Written) -> Self {
        let mut resume = Self {
            position: written.position,
            event: written.event,
            epoch: written.epoch,
            last: BTreeMap::new(),
            behind: written.behind,
        };
        for (partition, position) in written.partitions {
            if let Ok(Partition::Topic { kind, number }) = partition.parse() {
                resume.advance(&kind, number, position);
            }
        }
        resume
    }
}

/// Where the record of an event goes.
pub(super) struct Place {
    pub(super) partition: i32,
    pub(super) previous: i64,
}

impl Resume {
    /// As it is written.
    pub(super) fn to_json(&self) -> Vec<u8> {
        // Numbers and texts as keys: there is nothing that JSON could not say.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The place of the next event of its partition.
    pub(super) fn place(&mut self, event: &StoredEvent, partitions: i32) -> Place {
        let partition = partition_of(event.stream_id, partitions);
        let previous = self.advance(&event.kind, partition, event.position);
        Place { partition, previous }
    }

    /// Sets the last position of a partition and returns the one before.
    fn advance(&mut self, kind: &str, number: i32, position: i64) -> i64 {
        if !self.last.contains_key(kind) {
            self.last.insert(kind.to_owned(), Vec::new());
        }
        let (Some(last), Ok(number)) = (self.last.get_mut(kind), usize::try_from(number)) else {
            return 0;
        };
        if last.len() <= number {
            last.resize(number + 1, 0);
        }
        last.get_mut(number).map_or(0, |last| std::mem::replace(last, position))
    }

    /// All partitions that hold something: kind, number, last position.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, i32, i64)> {
        self.last.iter().flat_map(|(kind, last)| {
            let numbered = (0_i32..).zip(last.iter().copied());
            let held = numbered.filter(|(_, position)| *position > 0);
            held.map(|(number, position)| (kind.as_str(), number, position))
        })
    }

    /// One partition that holds something, for each kind.
    pub(super) fn samples(&self) -> Vec<(String, i32)> {
        let mut samples = BTreeMap::new();
        for (kind, number, _) in self.all() {
            samples.entry(kind.to_owned()).or_insert(number);
        }
        samples.into_iter().collect()
    }

    /// The topic of a kind is empty: all of it is to be published again.
    pub(super) fn begin_again(&mut self, kind: &str) {
        self.last.remove(kind);
        self.behind.insert(kind.to_owned(), 0);
    }
}

/// Reads the last resume record that was committed; `None` when there is none.
pub(super) fn read(settings: &KafkaSettings) -> Result<Option<Resume>, KafkaError> {
    let topic = settings.relay_topic();
    let consumer: BaseConsumer = settings
        .client_config()
        .set("group.id", &topic)
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .create()?;
    let (low, high) = consumer.fetch_watermarks(&topic, 0, PATIENCE)?;
    let mut look = FIRST_LOOK;
    loop {
        let from = low.max(high - look);
        if let Some(found) = last_record(&consumer, &topic, from, high)? {
            return Ok(Some(found));
        }
        if from == low {
            return Ok(None);
        }
        look *= 8;
    }
}

/// The last readable record between two offsets.
fn last_record(
    consumer: &BaseConsumer,
    topic: &str,
    from: i64,
    to: i64,
) -> Result<Option<Resume>, KafkaError> {
    if from >= to {
        return Ok(None);
    }
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(topic, 0, Offset::Offset(from))?;
    consumer.assign(&assignment)?;
    let deadline = Instant::now() + PATIENCE;
    let mut found = None;
    while Instant::now() < deadline {
        match consumer.poll(Duration::from_millis(100)) {
            None => {}
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(found),
            Some(Err(error)) => return Err(error),
            Some(Ok(message)) => {
                let value = message.payload().unwrap_or_default();
                match serde_json::from_slice(value) {
                    Ok(resume) => found = Some(resume),
                    Err(error) => tracing::warn!(
                        topic, offset = message.offset(), %error, "this is no record of the relay"
                    ),
                }
            }
        }
    }
    Err(KafkaError::MessageConsumption(RDKafkaErrorCode::OperationTimedOut))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn event(position: i64, stream: u128, kind: &str) -> StoredEvent {
        StoredEvent {
            position,
            event_id: Uuid::from_u128(1),
            stream_id: Uuid::from_u128(stream),
            kind: kind.into(),
            version: 1,
            event_type: "thing.done".into(),
            schema_version: 1,
            data: Vec::new(),
            metadata: Vec::new(),
            leaf: Vec::new(),
            recorded_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn each_record_knows_the_one_before_it_in_its_partition() {
        let mut resume = Resume::default();
        let mut expected = std::collections::HashMap::new();
        for position in 1..=500 {
            let kind = if position % 3 == 0 { "user" } else { "ticket" };
            let event = event(position, u128::from(position.unsigned_abs() % 40), kind);
            let place = resume.place(&event, 12);
            let before = expected.insert((kind, place.partition), position);
            assert_eq!(place.previous, before.unwrap_or(0));
        }
        assert_eq!(resume.all().count(), expected.len());
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let event = Some(Uuid::from_u128(7));
        let mut resume = Resume { position: 9, event, epoch: 3, ..Resume::default() };
        resume.advance("ticket", 3, 7);
        resume.advance("work_role", 0, 9);
        resume.behind.insert("user".into(), 4);
        let text = serde_json::to_string(&resume).unwrap();
        let expected = r#"{"position":9,"event":"00000000-0000-0000-0000-000000000007","epoch":3,"partitions":{"ticket/3":7,"work_role/0":9},"behind":{"user":4}}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Resume>(&text).unwrap(), resume);
        let early = r#"{"position":9,"epoch":3,"partitions":{}}"#;
        assert_eq!(serde_json::from_str::<Resume>(early).unwrap().event, None);
        resume.begin_again("ticket");
        assert_eq!(resume.samples(), [("work_role".to_owned(), 0)]);
    }
}
