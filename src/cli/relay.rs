//! `docket relay reset`

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use eventstore::Leases;
use eventstore::kafka::{RELAY_LEASE, forget_relay};
use projections::{Progress, Projector, SearchProjector, prepare_missing};

use super::{Common, Outcome};
use crate::desk::Desk;

/// How long the lease is held meanwhile.
const LEASE: Duration = Duration::from_secs(3600);

/// The relay to Kafka.
#[derive(Debug, Subcommand)]
pub(super) enum Relay {
    /// Forget what was published, to publish the log anew: under another prefix, or with another number of
    /// partitions. Stop relays and projectors first
    Reset,
}

impl Relay {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Reset => {
                common.visit(async |desk| reset(desk).await).await?;
                println!(
                    "Forgotten. The next relay begins with the first event, unless the topics of its prefix hold some already."
                );
                Ok(Outcome::Fine)
            }
        }
    }
}

async fn reset(desk: &Desk) -> Result<()> {
    let pool = desk.store.pool();
    let leases = Leases::new(pool.clone(), desk.store.ambient().uuid_v7());
    let Some(held) = leases.acquire(RELAY_LEASE, LEASE).await? else {
        bail!("a relay is at work; stop all relays first");
    };
    let forgotten = forget(desk).await;
    leases.release(&held).await?;
    forgotten
}

async fn forget(desk: &Desk) -> Result<()> {
    prepare_missing(desk.store.pool()).await.context("preparing the views")?;
    // Checkpoints by partition mean nothing without what was published.
    let stop = "bringing the views to one position; stop all projectors first";
    let (store, progress) = (&desk.store, Progress::default());
    Projector::new(store.clone(), progress.clone()).catch_up().await.context(stop)?;
    SearchProjector::new(store.clone(), progress).catch_up().await.context(stop)?;
    Ok(forget_relay(store).await?)
}
