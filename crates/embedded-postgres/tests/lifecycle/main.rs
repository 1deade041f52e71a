//! Starts and stops of a real server, in order and out of order.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]
#![expect(clippy::disallowed_methods, reason = "a test is its own composition root")]

mod recovery;
mod refusal;
mod start;
mod support;
