//! Processes that share one desk, each with roles of its own.

mod files;
pub mod metrics;
mod refusals;
mod relaying;
mod sharing;
mod status;

use crate::support::{Desk, Setup};

/// A process with these roles.
fn roles(roles: &str) -> Setup {
    Setup::default().argument(&format!("--roles={roles}"))
}

/// A desk whose only process answers requests; nobody builds its views.
async fn api_alone() -> Desk {
    Desk::start(roles("api")).await
}
