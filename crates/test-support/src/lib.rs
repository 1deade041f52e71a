//! What the tests of all crates share. A development dependency only.
//!
//! | module | what it offers |
//! |---|---|
//! | [`pdf`](mod@pdf) | small PDFs, as a word processor or a scanner makes them |
//! | [`postgres`] | a real Postgres for SQL: one server per test process, one database per test |
//! | [`s3`] | an S3 server in the process of the test |
//! | [`kcat`] | what a topic holds, as the command line client kcat sees it |
//! | [`files_below`], [`paths_below`] | what lies in the folder of a server at work |
//! | [`kafka`] | a real Kafka, or librdkafka's mock cluster where there is none: one broker per test process |

#![expect(clippy::expect_used, reason = "a test fails where its scene cannot be set")]

mod folder;
pub mod kafka;
pub mod kcat;
pub mod pdf;
pub mod postgres;
pub mod s3;
mod watchdog;

pub use folder::{files_below, paths_below};
pub use kafka::{SharedKafka, TestKafka, shared_kafka};
pub use kcat::{KcatRecord, kcat_read, kcat_write};
pub use pdf::{encrypted_pdf, pdf, scanned_pdf};
pub use postgres::{TestPostgres, shared_postgres};
pub use s3::TestS3;
