//! Measurements, each beside plain INSERTs of the same rows on the same Postgres, or beside what else does the job.
//!
//! | module | what it measures |
//! |---|---|
//! | [`append`] | the log alone |
//! | [`http`] | `POST /tickets` through everything |
//! | [`tasks`] | from a ticket opened over HTTP to a task that somebody has, and to its clocks |
//! | [`query`] | lists and searches, at several sizes |
//! | [`rebuild`] | all views from position 0 |
//! | [`fanout`] | from the log to the views, through Kafka and through the tail |
//! | [`import`] | a CSV file over HTTP, and the memory it takes |
//! | [`ocr`] | pictures, beside RapidOCR and the command line of Tesseract |
//! | `measure`, `database`, `reference`, `server` | what they share: throughput and quantiles, a database of its own, the INSERTs, a Docket of their own |

pub mod append;
mod database;
pub mod fanout;
pub mod http;
pub mod import;
mod measure;
pub mod ocr;
mod postgres;
pub mod query;
pub mod rebuild;
mod reference;
mod server;
pub mod tasks;

pub use postgres::TemporaryPostgres;
