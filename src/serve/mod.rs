//! The running server.
//!
//! On the way up: addresses, database, migrations, log, the first admin, views, projectors, demo data,
//! listeners. On the way down: the same backwards, so that nothing loses what it stands on.

mod banner;
mod first_admin;
mod listeners;
mod projectors;
mod readiness;
mod signals;

use std::time::Instant;

use anyhow::{Context, Result, bail};
use api::{Api, ApiConfig};
use eventstore::Ambient;
use tokio_util::sync::CancellationToken;
use workers::jobs::RunnerOptions;
use workers::{Workers, WorkersOptions};

use crate::config::{Config, OpenReach};
use crate::database::{Database, Sharing};
use crate::demo;
use crate::desk::Desk;

pub use first_admin::FirstAdmin;
pub use signals::Signals;

pub(crate) use banner::local_url;

use banner::Ready;
use listeners::Listeners;
use projectors::Projectors;

/// Whether demo data are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// No.
    No,
    /// Where there are no tickets yet.
    WhenEmpty,
}

/// Serves until a signal says to stop.
///
/// # Errors
/// What keeps it from starting, in words for the person who started it; or Postgres did not stop
/// cleanly.
pub async fn run(config: &Config, ambient: &Ambient, demo: Demo, admin: FirstAdmin) -> Result<()> {
    let began = Instant::now();
    let mut signals = Signals::listen()?;
    check_open_mode(config)?;
    // First of all: an address in use is a matter of milliseconds, a cluster one of seconds.
    let listeners = Listeners::bind(&config.listen).await?;
    let database = tokio::select! {
        found = Database::find(config, ambient, Sharing::Refused) => found?,
        // A recovery may take minutes; Postgres is told to stop and does so by itself.
        () = signals.next() => bail!("stopped before it was ready"),
    };
    let opened = tokio::select! {
        opened = Desk::open(&database, config, ambient) => opened,
        () = signals.next() => Err(anyhow::anyhow!("stopped before it was ready")),
    };
    let desk = match opened {
        Ok(desk) => desk,
        Err(error) => {
            database.stop().await?;
            return Err(error);
        }
    };
    let postgres = database.supervise();
    let served = serve(config, &desk, demo, admin, listeners, &mut signals, began).await;
    desk.store.pool().close().await;
    let stopped = postgres.stop().await;
    served?;
    stopped?;
    tracing::info!("stopped");
    Ok(())
}

async fn serve(
    config: &Config,
    desk: &Desk,
    demo: Demo,
    admin: FirstAdmin,
    listeners: Listeners,
    signals: &mut Signals,
    began: Instant,
) -> Result<()> {
    let api = Api::new(
        desk.commands.clone(),
        desk.queries.clone(),
        desk.store.clone(),
        api_config(config, desk)?,
    );
    let stop = CancellationToken::new();
    let projectors = Projectors::start(desk, &config.source, &stop).await?;
    let workers = Workers::start(WorkersOptions {
        commands: desk.commands.clone(),
        queues: None,
        jobs: RunnerOptions { lease: config.job_lease, ..RunnerOptions::default() },
    })?;
    let filled = tokio::select! {
        filled = fill(desk, demo, admin) => filled,
        () = signals.next() => Err(anyhow::anyhow!("stopped before it was ready")),
    };
    let outcome = match filled {
        Ok((demo, admin)) => {
            let addresses = listeners.addresses()?;
            let router = readiness::watch(api::router(api), projectors.halted());
            let served = listeners.serve(&router, config.shutdown_grace);
            tracing::info!(
                addresses = ?addresses,
                milliseconds = began.elapsed().as_millis(),
                "ready"
            );
            Ready { addresses, open_mode: config.open_mode, demo, admin }.print();
            signals.next().await;
            tracing::info!("stopping; once more to stop at once");
            tokio::select! {
                () = served.finish() => {}
                () = signals.next() => tracing::warn!("stopping at once"),
            }
            Ok(())
        }
        Err(error) => Err(error),
    };
    // They append: they go before what they stand on.
    workers.finish().await;
    stop.cancel();
    projectors.finish().await;
    outcome
}

/// The first admin and the demo data; what the banner has to tell of them.
async fn fill(
    desk: &Desk,
    demo: Demo,
    admin: FirstAdmin,
) -> Result<(Option<demo::LogIns>, Option<first_admin::Created>)> {
    const ADMIN: &str = "creating the first admin";
    // The demo data bring an admin along; one that was asked for comes all the same.
    let (before, after) = if admin.is_named() { (Some(admin), None) } else { (None, Some(admin)) };
    let mut created = None;
    if let Some(admin) = before {
        created = admin.create_if_none(desk).await.context(ADMIN)?;
    }
    let log_ins = match demo {
        Demo::No => None,
        Demo::WhenEmpty => demo::load(desk).await.context("loading the demo data")?,
    };
    if let Some(admin) = after {
        created = admin.create_if_none(desk).await.context(ADMIN)?;
    }
    Ok((log_ins, created))
}

fn api_config(config: &Config, desk: &Desk) -> Result<ApiConfig> {
    Ok(ApiConfig {
        open_mode: config.open_mode,
        cors_allowed_origins: config.cors_allowed_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        jwt: config.jwt.keys(desk.store.secrets())?,
        rate_limits: config.rate_limits,
        max_body_bytes: config.max_body_bytes,
        max_import_bytes: config.max_import_bytes,
        import_job_bytes: config.import_job_bytes,
        max_view_wait: config.max_view_wait,
        asyncapi: config.asyncapi(),
    })
}

/// Without a sign-in the desk belongs to whoever reaches it, so by default nobody else does.
fn check_open_mode(config: &Config) -> Result<()> {
    let outside = config.listen.iter().find(|address| !address.ip().is_loopback());
    match (config.open_mode, config.open_reach, outside) {
        (Some(role), OpenReach::Loopback, Some(address)) => bail!(
            "open mode would give everyone who reaches {address} the role {}; listen on loopback \
             only, or add --open-anywhere (open_anywhere = true) if that is what you want",
            role.as_str()
        ),
        (Some(_) | None, OpenReach::Loopback | OpenReach::Anywhere, _) => Ok(()),
    }
}
