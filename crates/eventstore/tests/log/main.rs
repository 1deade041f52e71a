//! The log against a real Postgres.
//!
//! | module | what it holds |
//! |---|---|
//! | `model` | many tasks of several processes at once, against a serial model |
//! | `verify` | every kind of tampering is found, and where |
//! | `sealing` | personal values: unreadable as stored, gone when erased |
//! | `file_owner` | keys of what lies outside the log |
//! | `links` | identifiers that turn out to belong to one person |
//! | `lease` | one holder at a time |
//! | `recovery` | lost connections and a killed Postgres |
//! | `neighbours` | a bad request harms nobody else |
//! | `tail` | reading the log as it grows |
//! | `feed` | reading the log of another Docket |
//! | `flat` | the cost of an append does not grow with the log |

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

mod feed;
mod file_owner;
mod flat;
mod lease;
mod links;
mod model;
mod neighbours;
mod recovery;
mod sealing;
mod support;
mod tail;
mod verify;
