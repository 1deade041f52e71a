//! The running server.
//!
//! On the way up: addresses, database, migrations, log, the parts that its roles ask for, the first admin, demo data,
//! listeners. On the way down: the same backwards, so that nothing loses what it stands on.
//!
//! | module | what it holds |
//! |---|---|
//! | `parts` | what runs besides the API: `projectors`, `relay`, workers |
//! | `presence` | this process on the list of processes |
//! | `halted`, `readiness` | what only a person can put right, and how it is told |
//! | `listeners`, `signals` | from the outside |
//! | `contents` | where files lie, and what reads them |
//! | `first_admin`, `banner` | what a first start makes, and what is said at a terminal |

mod banner;
mod contents;
mod first_admin;
mod halted;
mod listeners;
mod parts;
mod presence;
mod projectors;
mod readiness;
mod relay;
mod signals;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use api::{Api, ApiConfig, Monitoring, MonitoringOptions};
use axum::Router;
use eventstore::Ambient;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, OpenReach, Role};
use crate::database::{Database, Sharing};
use crate::demo;
use crate::desk::Desk;

pub use first_admin::FirstAdmin;
pub use signals::Signals;

pub(crate) use banner::local_url;

use banner::Ready;
use contents::Contents;
use listeners::Listeners;
use parts::Parts;
use presence::Presence;

/// How often callers are forgotten who have all their requests again.
const TIDY: Duration = Duration::from_secs(60);

/// How long the connections to the database may take to close.
const CLOSING: Duration = Duration::from_secs(1);

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
    if config.roles.include(Role::Api) {
        check_open_mode(config)?;
    } else if demo == Demo::WhenEmpty {
        bail!("demo data come from a process with the role api");
    }
    config.check_kafka_files()?;
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
    // Where the database is away, connections that are asked for just now would be waited for.
    let close = async { tokio::join!(desk.store.pool().close(), desk.jobs.store().pool().close()) };
    drop(tokio::time::timeout(CLOSING, close).await);
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
    let stop = CancellationToken::new();
    let process = presence::this_process(config, desk);
    let parts = Parts::start(config, desk, process.id, &listeners.addresses()?, &stop).await?;
    let health = parts.health();
    let told = health.clone();
    let monitoring = Monitoring::new(MonitoringOptions {
        commands: desk.commands.clone(),
        queries: desk.queries.clone(),
        store: desk.store.clone(),
        process: process.id,
        relay: parts.relay_status(),
        counted: Arc::new(parts.counted()),
    });
    let presence = Presence::begin(desk, process, health.clone(), &stop).await?;
    let filled = tokio::select! {
        filled = fill(config, desk, parts.contents(), demo, admin) => filled,
        () = signals.next() => Err(anyhow::anyhow!("stopped before it was ready")),
    };
    let router = router(config, desk, parts.contents(), monitoring, &stop);
    let outcome = match filled.and_then(|filled| Ok((filled, router?, listeners.addresses()?))) {
        Ok(((demo, admin), router, addresses)) => {
            let router = readiness::watch(router, health);
            let served = listeners.serve(&router, config.shutdown_grace);
            tracing::info!(
                addresses = ?addresses,
                roles = config.roles.names().join(","),
                milliseconds = began.elapsed().as_millis(),
                "ready"
            );
            let (roles, open_mode) = (config.roles.clone(), config.open_mode);
            Ready { addresses, roles, open_mode, demo, admin }.print();
            signals.next().await;
            tracing::info!("stopping; once more to stop at once");
            tokio::select! {
                () = served.finish() => {}
                () = signals.next() => tracing::warn!("stopping at once"),
            }
            Ok(())
        }
        // What keeps a part from working is why there was nothing to wait for.
        Err(error) => Err(match told.trouble() {
            Some(trouble) => error.context(trouble.detail.trim_end_matches('.').to_owned()),
            None => error,
        }),
    };
    parts.finish(&stop).await;
    presence.end().await;
    outcome
}

/// What this process serves.
fn router(
    config: &Config,
    desk: &Desk,
    contents: Option<&Contents>,
    monitoring: Monitoring,
    stop: &CancellationToken,
) -> Result<Router> {
    let (true, Some(contents)) = (config.roles.include(Role::Api), contents) else {
        return Ok(api::operations_router(monitoring, desk.store.ambient().clone()));
    };
    let api = Api::new(
        desk.commands.clone(),
        desk.queries.clone(),
        desk.store.clone(),
        monitoring,
        contents.for_api(&config.files, desk),
        api_config(config, desk)?,
    );
    tokio::spawn(tidy(api.clone(), stop.clone()));
    Ok(api::router(api))
}

async fn tidy(api: Api, stop: CancellationToken) {
    while tokio::time::timeout(TIDY, stop.cancelled()).await.is_err() {
        api.forget_idle_callers();
    }
}

/// The first admin and the demo data; what the banner has to tell of them.
async fn fill(
    config: &Config,
    desk: &Desk,
    contents: Option<&Contents>,
    demo: Demo,
    admin: FirstAdmin,
) -> Result<(Option<demo::LogIns>, Option<first_admin::Created>)> {
    const ADMIN: &str = "creating the first admin";
    let (true, Some(contents)) = (config.roles.include(Role::Api), contents) else {
        // Nobody could sign in here.
        return Ok((None, None));
    };
    // The demo data bring an admin along; one that was asked for comes all the same.
    let (before, after) = if admin.is_named() { (Some(admin), None) } else { (None, Some(admin)) };
    let mut created = None;
    if let Some(admin) = before {
        created = admin.create_if_none(desk).await.context(ADMIN)?;
    }
    let log_ins = match demo {
        Demo::No => None,
        Demo::WhenEmpty => {
            demo::load(desk, &contents.store()).await.context("loading the demo data")?
        }
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
