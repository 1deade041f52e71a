//! Inbound tickets from a real Kafka into a real Postgres.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod dead;
mod examples;
mod once;
mod support;
mod waiting;
