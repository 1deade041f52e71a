//! What a consumer reads the log through, without knowing where from.

use std::fmt;
use std::future::Future;
use std::str::FromStr;

use crate::{StoreError, StoredEvent};

/// A part of the log that is read in order, with a checkpoint of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Partition {
    /// The whole log, in order of position.
    Log,
    /// One partition of the Kafka topic of a stream kind: the streams whose ids fall to it.
    Topic {
        /// Kind of the streams.
        kind: String,
        /// Number of the partition, from 0.
        number: i32,
    },
}

impl fmt::Display for Partition {
    /// As in `work.checkpoints`: `log`, or `ticket/3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log => f.write_str("log"),
            Self::Topic { kind, number } => write!(f, "{kind}/{number}"),
        }
    }
}

impl FromStr for Partition {
    type Err = UnknownPartition;

    fn from_str(text: &str) -> Result<Self, UnknownPartition> {
        if text == "log" {
            return Ok(Self::Log);
        }
        let unknown = || UnknownPartition(text.to_owned());
        let (kind, number) = text.rsplit_once('/').ok_or_else(unknown)?;
        let number = number.parse().map_err(|_| unknown())?;
        Ok(Self::Topic { kind: kind.to_owned(), number })
    }
}

/// A text that names no partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no partition")]
pub struct UnknownPartition(String);

/// How far a consumer is in a partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Everything of the partition up to this position is done.
    pub position: i64,
    /// Where a source may go on reading (a Kafka offset). Only a hint: it may be missing, stale or wrong.
    pub hint: Option<i64>,
}

/// What a source has to tell.
#[derive(Debug)]
pub enum Reading {
    /// From now on exactly these partitions are this reader's. Each is to be [sought](EventSource::seek) before the
    /// next call; what a consumer remembers of partitions from before may have been changed by others.
    Assigned(Vec<Partition>),
    /// Events.
    Batch(SourcedBatch),
}

/// Events of one or more partitions, in order within each.
#[derive(Debug, Default)]
pub struct SourcedBatch {
    /// At most one stretch per partition; never empty.
    pub stretches: Vec<Stretch>,
}

impl SourcedBatch {
    /// How many events there are in all.
    pub fn len(&self) -> usize {
        self.stretches.iter().map(|stretch| stretch.events.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All events of a partition from one position to another.
#[derive(Debug)]
pub struct Stretch {
    /// The partition.
    pub partition: Partition,
    /// The position this stretch goes on from: where the reader sought to, or the `through` before it.
    pub after: i64,
    /// Everything of the partition up to this position has been read.
    pub through: i64,
    /// The events, as stored.
    pub events: Vec<StoredEvent>,
    /// What to keep beside `through` in the checkpoint.
    pub hint: Option<i64>,
}

/// Where a consumer gets its events from, without knowing what it is.
pub trait EventSource: Send {
    /// Waits for news: first, and whenever they change, the partitions; then some `limit` events at a time.
    ///
    /// # Errors
    /// Those of the log or of whatever stands before it. The source may be asked again after any of them; it goes on
    /// from where it was.
    fn next(&mut self, limit: usize) -> impl Future<Output = Result<Reading, StoreError>> + Send;

    /// Goes on after a checkpoint in a partition that is this reader's.
    fn seek(&mut self, partition: &Partition, to: Checkpoint);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_written_as_they_are_read() {
        let topic = Partition::Topic { kind: "work_role".into(), number: 11 };
        for (partition, text) in [(Partition::Log, "log"), (topic, "work_role/11")] {
            assert_eq!(partition.to_string(), text);
            assert_eq!(text.parse(), Ok(partition));
        }
        assert!("ticket/x".parse::<Partition>().is_err());
        assert!("ticket".parse::<Partition>().is_err());
    }
}
