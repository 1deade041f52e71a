//! Log lines: to standard error, as text at a terminal and as JSON elsewhere.
//!
//! They carry ids, positions and counts; never personal values and never secrets.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use eventstore::TRACE_TARGET;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Config, LogFormat};
use crate::telemetry::Traces;

/// Who writes, and so how much where the configuration does not say.
#[derive(Debug, Clone, Copy)]
pub enum Talk<'a> {
    /// A server tells of itself; the spans of its work go where they are collected.
    Server(&'a Traces),
    /// Warnings only: standard output is what a command is for.
    Command,
}

/// Sets logging up, once per process.
///
/// # Errors
/// `log.level` is no level and no filter.
pub fn start(config: &Config, talk: Talk<'_>) -> Result<()> {
    let (otherwise, spans) = match talk {
        // The library that talks to Postgres quotes statements at levels below, and repeats the server's notices; the
        // one that talks to S3 tells of every try while a bucket is away.
        Talk::Server(traces) => (
            "info,sqlx=warn,sqlx::postgres::notice=error,rdkafka::client=off,ort=warn,object_store=warn",
            traces.layer(),
        ),
        // A bench fills and vacuums at length, which is no news.
        Talk::Command => ("warn,sqlx=error,rdkafka::client=off", None),
    };
    let filter = filter(config, otherwise)?;
    match spans {
        // One filter for all is the cheapest.
        None => tracing_subscriber::registry().with(lines(config)).with(filter).init(),
        Some(spans) => {
            let lines = lines(config).with_filter(filter);
            tracing_subscriber::registry().with(lines).with(spans).init();
        }
    }
    Ok(())
}

fn filter(config: &Config, otherwise: &str) -> Result<EnvFilter> {
    let level = config.log_level.as_deref().unwrap_or(otherwise);
    let filter = EnvFilter::try_new(level).with_context(|| format!("log.level {level:?}"))?;
    // Those spans are for a collector, and would repeat the lines' own.
    Ok(filter.add_directive(format!("{TRACE_TARGET}=off").parse()?))
}

fn lines(config: &Config) -> Box<dyn Layer<Registry> + Send + Sync> {
    let at_terminal = io::stderr().is_terminal();
    let as_text = match config.log_format {
        LogFormat::Auto => at_terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = fmt::layer().with_writer(io::stderr);
    if as_text {
        lines.with_target(false).with_ansi(at_terminal).boxed()
    } else {
        lines.json().flatten_event(true).boxed()
    }
}
