//! The crates put together: the log, the write side and the read side on one database.

use anyhow::Result;
use commands::{Commands, CommandsConfig};
use eventstore::{Ambient, EventStore};
use projections::{Progress, Queries, QueryOptions};

use crate::config::Config;
use crate::database::Database;

/// All that handlers and commands of the command line need.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The log.
    pub store: EventStore,
    /// The write side.
    pub commands: Commands,
    /// The same over connections of their own, for jobs: however many there are to do, people do not wait for them.
    pub jobs: Commands,
    /// The read side.
    pub queries: Queries,
    /// What the projectors of this process report to.
    pub progress: Progress,
}

impl Desk {
    /// Migrates the database, and puts everything together on it.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open(database: &Database, config: &Config, ambient: &Ambient) -> Result<Self> {
        let store = database.open(config, ambient).await?;
        let progress = Progress::default();
        let queries = Queries::new(QueryOptions {
            database: database.connect_options().clone(),
            max_connections: config.pools.queries,
            statement_timeout: config.pools.query_timeout,
            store: store.clone(),
            progress: progress.clone(),
        });
        let commands_config =
            CommandsConfig { time_zone: config.time_zone, ..CommandsConfig::default() };
        let commands = Commands::new(store.clone(), commands_config);
        let jobs = commands.with_pool(database.pool(config.pools.jobs));
        Ok(Self { store, commands, jobs, queries, progress })
    }
}
