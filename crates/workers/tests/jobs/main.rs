//! Jobs against a real Postgres; two `Commands` on one database stand for two processes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod enqueue;
mod import;
mod leases;
mod stepping_in;
mod support;
mod tries;
mod working;
