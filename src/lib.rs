//! Docket, put together: configuration, command line, benches, demo data.
//!
//! | module | what it holds |
//! |---|---|
//! | [`cli`] | the command line, one file per sub-command |
//! | [`config`] | what can be configured, and where a value comes from |
//! | [`database`] | the private Postgres or another one, migrations, the master key |
//! | [`desk`] | log, write side and read side on one database |
//! | [`serve`] | the running server: listeners, projectors, the first admin, the way down |
//! | [`demo`] | a telecom operator's service desk, for an empty one |
//! | [`mod@bench`] | measurements beside plain INSERTs |
//! | [`telemetry`] | traces, for a collector |
//! | [`ambient`] | the clock and the randomness of the machine |
//!
//! This is the composition root: clock, randomness and environment are read here and nowhere else.

pub mod ambient;
pub mod bench;
pub mod cli;
pub mod config;
pub mod database;
pub mod demo;
pub mod desk;
mod logging;
mod progress;
pub mod serve;
pub mod telemetry;
