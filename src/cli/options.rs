//! What all sub-commands take, and what they begin with.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use toml::Value;

use crate::ambient;
use crate::config::{Config, Hidden, Sources};
use crate::database::{Database, Sharing};
use crate::desk::Desk;
use crate::logging::{self, Talk};
use crate::serve::{FirstAdmin, Signals};

/// What all sub-commands take. Everything else is set in the environment (`DOCKET_…`) or in a file;
/// `docket config` shows all keys.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct Common {
    /// Read the configuration from this file [default: docket.toml, here and in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the private Postgres and the keys live [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Which log lines are written: error, warn, info, debug, trace, or a filter
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

/// A signal ended the command before its time.
#[derive(Debug)]
pub(super) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

impl Common {
    /// The configuration: these flags and `more` before the environment and files.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load(&self, more: Vec<(&'static str, Value)>) -> Result<Config> {
        let text = |path: &PathBuf| Value::String(path.to_string_lossy().into_owned());
        let mut flags = more;
        flags.extend(self.data_dir.as_ref().map(|path| ("data_dir", text(path))));
        flags.extend(self.log_level.clone().map(|level| ("log.level", Value::String(level))));
        if self.data_dir.is_some() {
            // Whoever names a data directory means it, whatever the environment says.
            flags.push(("database_url", Value::String(String::new())));
        }
        Config::load(&Sources { flags, environment: environment(), file: self.config.clone() })
    }

    /// The first admin, as the environment wants it.
    pub(super) fn admin(&self) -> FirstAdmin {
        let mut environment = environment();
        let mut take = |name| environment.remove(name).filter(|value| !value.is_empty());
        FirstAdmin {
            email: take("DOCKET_ADMIN_EMAIL"),
            password: take("DOCKET_ADMIN_PASSWORD").map(Hidden::from),
        }
    }

    /// Opens the desk that is configured, beside a running Docket or without one, and does some work
    /// in it. Ends the private Postgres after it if it had to be started, also when a signal comes.
    ///
    /// # Errors
    /// The configuration's, those of opening the database, the work's; there is no desk. Whoever looks at
    /// one in the wrong folder is better told so than shown an empty one.
    pub(super) async fn visit<T>(&self, work: impl AsyncFnOnce(&Desk) -> Result<T>) -> Result<T> {
        let config = self.load(Vec::new())?;
        if !Database::exists(&config) {
            bail!(
                "there is no desk in {}; name its folder with --data-dir, or its Postgres with DATABASE_URL",
                config.data_dir.display()
            );
        }
        self.work_in(config, work).await
    }

    /// As [`Common::visit`], and makes the desk where there is none.
    ///
    /// # Errors
    /// The configuration's, those of opening the database, the work's.
    pub(super) async fn visit_or_make<T>(
        &self,
        work: impl AsyncFnOnce(&Desk) -> Result<T>,
    ) -> Result<T> {
        self.work_in(self.load(Vec::new())?, work).await
    }

    async fn work_in<T>(
        &self,
        config: Config,
        work: impl AsyncFnOnce(&Desk) -> Result<T>,
    ) -> Result<T> {
        logging::start(&config, Talk::Command)?;
        let ambient = ambient::system();
        let mut signals = Signals::listen()?;
        let database = tokio::select! {
            found = Database::find(&config, &ambient, Sharing::Allowed) => found?,
            () = signals.next() => return Err(Interrupted.into()),
        };
        let working = async {
            let desk = Desk::open(&database, &config, &ambient).await?;
            let done = work(&desk).await;
            desk.store.pool().close().await;
            done
        };
        let done = tokio::select! {
            done = working => done,
            () = signals.next() => Err(Interrupted.into()),
        };
        let stopped = database.stop().await;
        let done = done?;
        stopped?;
        Ok(done)
    }
}

/// The environment of this process, without what is not text.
#[expect(clippy::disallowed_methods, reason = "the composition root")]
fn environment() -> std::collections::BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
