//! The database: the private Postgres, the one that is already running, or one somewhere else.

mod master_key;
mod supervise;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use embedded_postgres::{EmbeddedPostgres, Options, Password};
use eventstore::{Ambient, EventStore, StoreOptions, pool_options};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgPool};

use crate::config::{Config, Hidden};

pub use supervise::Supervisor;

/// How long a connection may be waited for before a request is turned away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a server elsewhere may take to take the first connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the events are.
pub struct Database {
    connect: PgConnectOptions,
    server: Server,
}

/// Whose server it is.
enum Server {
    /// Ours: it ends with this process.
    Own(Box<EmbeddedPostgres>),
    /// The private one of another Docket that runs right now.
    Running,
    /// Somebody else's.
    External,
}

/// Whether a server that another Docket runs on the data directory is as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// It is: for a look into the database, or a command beside it.
    Allowed,
    /// It is not: this process is to be the one.
    Refused,
}

impl Database {
    /// Finds the database, and starts the private Postgres where that is the one.
    ///
    /// # Errors
    /// No server to be had; the message says what to do.
    pub async fn find(config: &Config, ambient: &Ambient, sharing: Sharing) -> Result<Self> {
        let parse = |url: &str| {
            url.parse::<PgConnectOptions>()
                // The URL itself is not quoted: it may hold a password.
                .map_err(|_| anyhow::anyhow!("the database URL cannot be read; it should look like postgres://user:password@host/name"))
        };
        if let Some(url) = &config.database_url {
            let connect = parse(url.expose())?;
            reach(&connect).await?;
            return Ok(Self { connect, server: Server::External });
        }
        if sharing == Sharing::Allowed
            && config.data_dir.is_dir()
            && let Some(url) = embedded_postgres::running_url(&config.data_dir)?
        {
            return Ok(Self { connect: parse(&url)?, server: Server::Running });
        }
        let server = EmbeddedPostgres::start(options(config, ambient)?).await?;
        Ok(Self { connect: parse(server.url())?, server: Server::Own(Box::new(server)) })
    }

    /// Whether there is one to be found: a private cluster, or one somewhere else that may or may not answer.
    pub fn exists(config: &Config) -> bool {
        config.database_url.is_some() || config.data_dir.join("postgres").is_dir()
    }

    /// How to connect.
    pub fn connect_options(&self) -> &PgConnectOptions {
        &self.connect
    }

    /// Migrates the database and opens the log in it, under the master key that belongs to it.
    ///
    /// # Errors
    /// The database cannot be reached or is newer than this Docket; there is no master key, or it is
    /// another one's.
    pub async fn open(&self, config: &Config, ambient: &Ambient) -> Result<EventStore> {
        let pool = self.pool(config.pools.commands);
        self.migrate(&pool).await?;
        let local = match self.server {
            Server::Own(_) | Server::Running => Some(config.data_dir.as_path()),
            Server::External => None,
        };
        let secrets = master_key::unlock(&pool, config.master_key.as_ref(), local, ambient).await?;
        let options = StoreOptions { pool, secrets, ambient: ambient.clone() };
        EventStore::open(options).await.context("opening the log")
    }

    /// Brings the schemas `log`, `vault` and `work` up to date. Several processes may do so at once.
    pub async fn migrate(&self, pool: &PgPool) -> Result<()> {
        match eventstore::migrate(pool).await {
            Ok(()) => Ok(()),
            Err(eventstore::StoreError::Migration(
                sqlx::migrate::MigrateError::VersionMissing(version),
            )) => bail!(
                "the database was made by a newer Docket (migration {version} is not known \
                 here); update this one"
            ),
            Err(error) => Err(error).context("migrating the database"),
        }
    }

    /// A pool that connects when first asked.
    pub fn pool(&self, max_connections: u32) -> PgPool {
        pool_options()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(self.connect.clone())
    }

    /// Stops the private Postgres, if it is ours.
    ///
    /// # Errors
    /// It did not stop cleanly. No acknowledged commit is lost by that.
    pub async fn stop(self) -> Result<()> {
        match self.server {
            Server::Own(server) => Ok(server.stop().await?),
            Server::Running | Server::External => Ok(()),
        }
    }

    /// Hands the private Postgres, if it is ours, to a task that starts it again when it dies.
    pub fn supervise(self) -> Supervisor {
        match self.server {
            Server::Own(server) => Supervisor::start(*server),
            Server::Running | Server::External => Supervisor::idle(),
        }
    }
}

/// Connects once, as a pool would not tell why it cannot.
async fn reach(connect: &PgConnectOptions) -> Result<()> {
    let place = || {
        let (host, port) = (connect.get_host(), connect.get_port());
        let name = connect.get_database().unwrap_or(connect.get_username());
        format!("cannot connect to the database {name} on {host}:{port}")
    };
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, connect.connect());
    let connection =
        connecting.await.map_err(|_| anyhow::anyhow!("no answer")).with_context(place)?;
    let connection = connection.map_err(|error| match error {
        // What the server says is enough; in which line of its sources is its own affair.
        sqlx::Error::Database(said) => anyhow::anyhow!("{}", said.message()),
        error => error.into(),
    });
    connection.with_context(place)?.close().await.with_context(place)
}

#[expect(clippy::disallowed_methods, reason = "the composition root")]
fn options(config: &Config, ambient: &Ambient) -> Result<Options> {
    let password = Hidden::from(URL_SAFE_NO_PAD.encode(ambient.bytes::<24>()));
    let mut options = Options::new(&config.data_dir, Password::new(password.expose())?);
    options.search_path = std::env::var_os("PATH");
    options.port = config.postgres.port;
    options.settings.clone_from(&config.postgres.settings);
    Ok(options)
}
