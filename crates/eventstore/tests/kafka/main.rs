//! The log on a real Kafka (and a real Postgres).
//!
//! | module | what it holds |
//! |---|---|
//! | `relay` | what is published, and that it is published once, whoever dies when |
//! | `source` | whatever Kafka has lost, doubled or altered, a consumer gets the log |
//! | `topics` | topics are made, filled anew when lost, and refused when they do not fit |
//! | `speed` | how fast the relay is; by hand |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails where its scene cannot be set"
)]

#[expect(dead_code, reason = "the tests of the log use the rest")]
#[path = "../log/support.rs"]
mod database;
mod relay;
mod source;
mod speed;
mod support;
mod topics;
