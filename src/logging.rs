//! Log lines: to standard error, as text at a terminal and as JSON elsewhere.
//!
//! They carry ids, positions and counts; never personal values and never secrets.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// How much is written when the configuration does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// What a server tells of itself.
    Server,
    /// Warnings only: standard output is what a command is for.
    Command,
}

/// Sets logging up, once per process.
///
/// # Errors
/// `log.level` is no level and no filter.
pub fn start(config: &Config, talk: Talk) -> Result<()> {
    let otherwise = match talk {
        // The library that talks to Postgres quotes statements at levels below, and repeats the server's notices.
        Talk::Server => "info,sqlx=warn,sqlx::postgres::notice=error",
        // A bench fills and vacuums at length, which is no news.
        Talk::Command => "warn,sqlx=error",
    };
    let level = config.log_level.as_deref().unwrap_or(otherwise);
    let filter = EnvFilter::try_new(level).with_context(|| format!("log.level {level:?}"))?;
    let at_terminal = io::stderr().is_terminal();
    let as_text = match config.log_format {
        LogFormat::Auto => at_terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false);
    if as_text {
        subscriber.with_ansi(at_terminal).init();
    } else {
        subscriber.with_target(true).json().flatten_event(true).init();
    }
    Ok(())
}
