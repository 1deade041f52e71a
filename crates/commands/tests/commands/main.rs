//! The write side against a real Postgres; two `Commands` on one database stand for two processes.

#![expect(clippy::unwrap_used, reason = "tests")]

mod api_tokens;
mod bulk;
mod concurrency;
mod files;
mod idempotency;
mod import;
mod inbound;
mod numbers;
mod sessions;
mod sla;
mod support;
mod ticket_types;
mod tickets;
mod timers;
mod users;
mod workflows;
