//! Where projectors read the log.

use eventstore::FeedSettings;
use eventstore::kafka::KafkaSettings;

use crate::runner::Layout;

/// Where projectors read the log. The views are the same from each.
#[derive(Debug, Clone, Default)]
pub enum Source {
    /// Out of Postgres. One projector at a time.
    #[default]
    Tail,
    /// From Kafka, where the relay puts it. Any number of projectors share the partitions.
    Kafka(KafkaSettings),
    /// Over HTTP. One projector at a time.
    Feed(FeedSettings),
}

impl Source {
    /// How the checkpoints are kept of what is read from here.
    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Tail | Self::Feed(_) => Layout::Log,
            Self::Kafka(_) => Layout::Topics,
        }
    }
}
