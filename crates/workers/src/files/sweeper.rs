//! Takes away what nobody refers to, and what was of people who are forgotten.

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use ::files::{Address, Erased, FileStore, FilesError, SweepError, Swept};
use commands::{CommandError, Commands};
use domain::file::FileAddress;
use eventstore::{EventFilter, KeptLease, Leases};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::metrics::SweepMetrics;

/// One process sweeps at a time.
const LEASE: &str = "files";
/// For how long it may without saying that it is still there.
const LEASE_TIME: Duration = Duration::from_secs(60);
/// How often is swept.
const EVERY: Duration = Duration::from_secs(3600);
/// Keys that are asked about at a time.
const KEYS: usize = 1000;

/// Looks after the store of files.
#[derive(Debug, Clone)]
pub struct FileSweeper {
    commands: Commands,
    files: FileStore,
    grace: Duration,
    metrics: SweepMetrics,
}

/// Why a sweep ended early. What it did until then is done.
#[derive(Debug, thiserror::Error)]
pub enum SweeperError {
    /// The store of files, or what refers to it.
    #[error("the files could not be swept")]
    Sweep(#[from] SweepError),
    /// The store of files.
    #[error("the files of people who are forgotten could not be erased")]
    Files(#[from] FilesError),
    /// The log.
    #[error("the log could not be asked")]
    Commands(#[from] CommandError),
    /// There are files of more unknown owners than people were ever forgotten here. They may be of another desk that
    /// keeps its files in the same place, or the database may be one of before. Nothing is taken away then.
    #[error("{unknown} owners of files are not known to this desk: whose files are these?")]
    Unfamiliar {
        /// How many.
        unknown: usize,
    },
}

impl FileSweeper {
    /// Takes away what is older than `grace` and nobody refers to.
    pub fn new(commands: Commands, files: FileStore, grace: Duration) -> Self {
        Self { commands, files, grace, metrics: SweepMetrics::default() }
    }

    /// Counts there what is done.
    #[must_use]
    pub fn counted_by(self, metrics: SweepMetrics) -> Self {
        Self { metrics, ..self }
    }

    /// Sweeps at once and every hour, while no other process does, until told to stop.
    pub async fn run(&self, process: Uuid, stop: CancellationToken) {
        let leases = Leases::new(self.commands.store().pool().clone(), process);
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.take_turns(&leases) => {}
        }
    }

    async fn take_turns(&self, leases: &Leases) {
        loop {
            match leases.acquire(LEASE, LEASE_TIME).await {
                Ok(Some(held)) => self.sweep_while_held(leases.keep(held)).await,
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "cannot ask whose turn it is to sweep files"),
            }
            tokio::time::sleep(LEASE_TIME).await;
        }
    }

    async fn sweep_while_held(&self, lease: KeptLease) {
        let work = async {
            loop {
                self.sweep_and_tell().await;
                tokio::time::sleep(EVERY).await;
            }
        };
        tokio::select! {
            () = lease.lost().cancelled() => {}
            () = work => {}
        }
    }

    async fn sweep_and_tell(&self) {
        match self.sweep().await {
            Ok((Erased { files: erased, .. }, swept)) => {
                if erased > 0 || swept != (Swept { files: swept.files, ..Swept::default() }) {
                    let Swept { files, unreferenced, put_back, removed, abandoned, bytes } = swept;
                    tracing::info!(
                        files,
                        unreferenced,
                        put_back,
                        removed,
                        abandoned,
                        bytes,
                        erased,
                        "swept the files"
                    );
                }
            }
            Err(error) => {
                let cause = error.source().map(ToString::to_string);
                tracing::warn!(%error, cause, "the files are swept later");
            }
        }
    }

    /// Sweeps once, and returns what was erased of people who are forgotten, and what else was done.
    ///
    /// # Errors
    /// [`SweeperError`].
    pub async fn sweep(&self) -> Result<(Erased, Swept), SweeperError> {
        let began = tokio::time::Instant::now();
        let swept = self.sweep_all().await;
        let now = self.commands.store().ambient().now();
        self.metrics.swept(swept.as_ref().ok(), began.elapsed(), now);
        swept
    }

    async fn sweep_all(&self) -> Result<(Erased, Swept), SweeperError> {
        let erased = erase_forgotten(&self.commands, &self.files).await?;
        let now = self.commands.store().ambient().now();
        let asked = |addresses| referenced(self.commands.clone(), addresses);
        let swept = self.files.sweep(now, self.grace, asked).await?;
        Ok((erased, swept))
    }
}

/// Erases the files of owners whose key is gone, and tells what there was.
pub(crate) async fn erase_forgotten(
    commands: &Commands,
    files: &FileStore,
) -> Result<Erased, SweeperError> {
    let owners = files.owners().await?;
    let mut unknown = Vec::new();
    for owners in owners.chunks(KEYS) {
        // A key is in the vault before anything is put under it: one that is not there will never be.
        let there = commands.store().keys_there(owners).await.map_err(CommandError::from)?;
        unknown.extend(owners.iter().filter(|owner| !there.contains(owner)));
    }
    if unknown.len() > forgotten(commands, unknown.len()).await? {
        return Err(SweeperError::Unfamiliar { unknown: unknown.len() });
    }
    let mut erased = Erased::default();
    for owner in unknown {
        erased += files.erase_owner(owner).await?;
    }
    Ok(erased)
}

/// How many people were forgotten here, as far as `most`.
async fn forgotten(commands: &Commands, most: usize) -> Result<usize, CommandError> {
    if most == 0 {
        return Ok(0);
    }
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let erasures =
        EventFilter { types: vec!["subject.erased".to_owned()], ..EventFilter::default() };
    Ok(commands.store().read_after(0, limit, &erasures).await?.len())
}

async fn referenced(
    commands: Commands,
    addresses: Vec<Address>,
) -> Result<HashSet<Address>, Box<dyn Error + Send + Sync>> {
    let spelled = addresses.iter().map(|address| address.to_string().parse());
    let spelled: Vec<FileAddress> = spelled.collect::<Result<_, _>>().map_err(|_| "no address")?;
    let found = commands.referenced_files(&spelled).await?;
    let found = found.iter().map(|address| address.as_str().parse());
    Ok(found.collect::<Result<_, _>>()?)
}
