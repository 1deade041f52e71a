//! The write side: load, decide, append; one file per command.

pub mod import;
