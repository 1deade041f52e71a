//! The headers of a record, whoever wrote it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rdkafka::Message;
use rdkafka::message::{Header, Headers};
use thiserror::Error;

/// A record has a header whose name is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the name of a header is not UTF-8")]
pub struct UnreadableHeaders;

/// The headers of a record, in order; none where it has none.
///
/// # Errors
/// [`UnreadableHeaders`] when one has a name that is not UTF-8. To Kafka a name is bytes, and anybody who may write to a
/// topic can send such a one; the client panics at it, which must end no consumer.
pub fn headers_of(message: &impl Message) -> Result<Vec<Header<'_, &[u8]>>, UnreadableHeaders> {
    let Some(headers) = message.headers() else { return Ok(Vec::new()) };
    catch_unwind(AssertUnwindSafe(|| headers.iter().collect())).map_err(|_| UnreadableHeaders)
}
