//! Events and timers, and the work that they ask for, against a real Postgres; two `Commands` on one database stand for
//! two processes, and a small HTTP server for another system.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod clocks;
mod engine;
mod external;
mod files;
mod killed;
mod people;
mod reactions;
mod stub;
mod support;
mod tasks;
mod timers;
