//! Import of tickets from files.

pub mod reader;
