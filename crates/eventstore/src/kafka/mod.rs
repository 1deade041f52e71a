//! The log on Kafka.
//!
//! | module | what it holds |
//! |---|---|
//! | [`KafkaSettings`] | where Kafka is, and how the topics are called |
//! | [`partition_of`] | which partition a stream falls to |
//! | [`RecordWriter`], [`parse`] | an event as a record (CloudEvents 1.0), and back |
//! | [`headers_of`] | the headers of a record, whoever wrote it |
//! | [`Topics`] | made where they are missing, checked where they are there |
//! | [`Relay`] | publishes the log |
//! | [`KafkaSource`] | the log, read from Kafka |
//! | `reread` | what Kafka does not have, from Postgres |

mod headers;
mod partitioner;
mod record;
mod relay;
mod reread;
mod settings;
mod source;
mod topics;

pub use headers::{UnreadableHeaders, headers_of};
pub use partitioner::partition_of;
pub use record::{BadRecord, Received, RecordWriter, parse};
pub use relay::{
    AtStep, RELAY_LEASE, Relay, RelayError, RelayOptions, RelayState, RelayStatus, Step,
    forget_relay,
};
pub use settings::KafkaSettings;
pub use source::KafkaSource;
pub use topics::{Topics, TopicsError};

/// Runs what blocks on a thread that may. A panic there is one here.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and this task with it.
            Err(_) => std::future::pending().await,
        },
    }
}
