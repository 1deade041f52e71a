//! The views against a real Postgres: events in, rows and answers out.

#![expect(clippy::unwrap_used, reason = "tests")]

mod beside;
mod clocks;
mod crashes;
mod files;
mod folds;
mod forms;
mod history;
mod kafka;
mod lag;
mod lists;
mod papers;
mod parking;
mod people;
mod races;
mod rebuilds;
mod searches;
mod sla;
mod stats;
mod support;
mod tasks;
mod ticket_types;
mod what_if;
mod work;
mod workflows;
