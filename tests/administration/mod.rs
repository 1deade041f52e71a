//! Settings, audit, the command line, demo data.

mod audit;
mod command_line;
mod demo;
mod settings;
mod token_keys;
