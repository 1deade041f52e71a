//! The command line; one file per sub-command.

mod asyncapi;
mod bench;
mod config;
mod events;
mod health;
mod import;
mod jobs;
mod migrate;
mod openapi;
mod options;
mod relay;
mod schemas;
mod serve;
mod sla;
mod status;
mod table;
mod user;
mod verify;
mod views;

use std::io;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

pub use options::Common;

/// An event-sourced ticket desk.
#[derive(Debug, Parser)]
#[command(name = "docket", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the desk
    Serve(serve::Serve),
    /// Show how the desk is doing; fail when something needs a person
    Status(status::StatusCommand),
    /// Bring the database to this version (also done on start)
    Migrate,
    /// Recompute the log's seals; name the first position that does not hold
    Verify,
    /// What the relay has published on Kafka
    #[command(subcommand)]
    Relay(relay::Relay),
    /// Build views anew, and fold what was parked
    #[command(subcommand)]
    Views(views::Views),
    /// Print the log
    #[command(subcommand)]
    Events(events::Events),
    /// Accounts, from the machine itself
    #[command(subcommand)]
    User(user::UserCommand),
    /// Ask a running Docket whether it can serve
    Health(health::Health),
    /// Import tickets from a file
    Import(import::Import),
    /// Look at jobs, and try again what was given up
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// Try service levels on the past
    #[command(subcommand)]
    Sla(sla::Sla),
    /// Print the OpenAPI document
    Openapi,
    /// Print the AsyncAPI document of the topics
    Asyncapi,
    /// Write the JSON Schemas of all events
    Schemas(schemas::Schemas),
    /// Print the effective configuration, without secrets
    Config,
    /// Measure, beside plain INSERTs
    #[command(subcommand)]
    Bench(bench::Bench),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// As wished.
    Fine,
    /// It found what it was looking for, and that is bad: a broken seal, rows that failed.
    Wanting,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Wanting) => ExitCode::FAILURE,
        // What the shell says of a command that Ctrl-C ended.
        Err(error) if error.is::<options::Interrupted>() => ExitCode::from(130),
        Err(error) if reader_went_away(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_words(&error));
            ExitCode::FAILURE
        }
    }
}

/// `docket events export | head` is no error. A connection that broke further down is one: what was printed is not all.
fn reader_went_away(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = || error.downcast_ref::<serde_json::Error>().and_then(|error| error.io_error_kind());
    io.or_else(json) == Some(io::ErrorKind::BrokenPipe)
}

/// The error and its causes. Some libraries repeat the cause in the error; it is said once.
fn in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

fn run(cli: Cli) -> Result<Outcome> {
    let Cli { common, command } = cli;
    match command {
        Command::Openapi => return openapi::run(),
        Command::Asyncapi => return asyncapi::run(&common),
        Command::Schemas(schemas) => return schemas.run(),
        Command::Config => return config::run(&common),
        Command::Serve(_)
        | Command::Status(_)
        | Command::Migrate
        | Command::Verify
        | Command::Relay(_)
        | Command::Views(_)
        | Command::Events(_)
        | Command::User(_)
        | Command::Health(_)
        | Command::Import(_)
        | Command::Jobs(_)
        | Command::Sla(_)
        | Command::Bench(_) => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve(serve) => serve.run(&common).await,
            Command::Status(status) => status.run(&common).await,
            Command::Migrate => migrate::run(&common).await,
            Command::Verify => verify::run(&common).await,
            Command::Relay(relay) => relay.run(&common).await,
            Command::Views(views) => views.run(&common).await,
            Command::Events(events) => events.run(&common).await,
            Command::User(user) => user.run(&common).await,
            Command::Health(health) => health.run(&common).await,
            Command::Import(import) => import.run(&common).await,
            Command::Jobs(jobs) => jobs.run(&common).await,
            Command::Sla(sla) => sla.run(&common).await,
            Command::Bench(bench) => bench.run(&common).await,
            Command::Openapi | Command::Asyncapi | Command::Schemas(_) | Command::Config => {
                Ok(Outcome::Fine)
            }
        }
    });
    // A blocking task that hangs (a read from a terminal) must not keep the process.
    runtime.shutdown_background();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_reader_may_leave_early() {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(reader_went_away(&closed().into()));
        assert!(reader_went_away(&serde_json::Error::io(closed()).into()));
        assert!(!reader_went_away(&io::Error::from(io::ErrorKind::StorageFull).into()));
        assert!(!reader_went_away(&sqlx::Error::Io(closed()).into()), "the database went away");
    }

    #[test]
    fn a_cause_is_said_once() {
        let error = anyhow!("refused").context("sending: refused").context("saving");
        assert_eq!(in_words(&error), "saving: sending: refused");
    }
}
