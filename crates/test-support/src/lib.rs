//! What the tests of all crates share. A development dependency only.
//!
//! | module | what it offers |
//! |---|---|
//! | [`postgres`] | a real Postgres for SQL: one server per test process, one database per test |

#![expect(clippy::expect_used, reason = "a test fails where its scene cannot be set")]

pub mod postgres;

pub use postgres::{TestPostgres, shared_postgres};
