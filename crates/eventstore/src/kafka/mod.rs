//! The log on Kafka.
//!
//! | module | what it holds |
//! |---|---|
//! | [`KafkaSettings`] | where Kafka is, and how the topics are called |
//! | [`partition_of`] | which partition a stream falls to |
//! | [`RecordWriter`], [`parse`] | an event as a record (CloudEvents 1.0), and back |
//! | `reread` | what Kafka does not have, from Postgres |

mod partitioner;
mod record;
mod reread;
mod settings;

pub use partitioner::partition_of;
pub use record::{BadRecord, Received, RecordWriter, parse};
pub use settings::KafkaSettings;
