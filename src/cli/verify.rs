//! `docket verify`

use anyhow::Result;
use eventstore::VerifyReport;

use super::{Common, Outcome};
use crate::desk::Desk;
use crate::progress;

/// Recomputes the chain of seals and says whether it holds.
pub(super) async fn run(common: &Common) -> Result<Outcome> {
    let report = common.visit(async |desk| verify(desk).await).await?;
    match report.fault {
        None => {
            println!(
                "The log holds: {} events in {} batches, seal {}.",
                report.events,
                report.batches,
                hex(&report.seal)
            );
            Ok(Outcome::Fine)
        }
        Some(fault) => {
            println!("The log does not hold at position {}: {}.", fault.position, fault.reason);
            Ok(Outcome::Wanting)
        }
    }
}

async fn verify(desk: &Desk) -> Result<VerifyReport> {
    let head = desk.store.head().await?.position;
    let bar = progress::bar("verifying", u64::try_from(head).ok());
    let report =
        desk.store.verify(|position| bar.set_position(u64::try_from(position).unwrap_or(0))).await;
    bar.finish_and_clear();
    Ok(report?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
