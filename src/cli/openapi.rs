//! `docket openapi`

use std::io::Write;

use anyhow::Result;

use super::Outcome;

/// Prints the OpenAPI document.
pub(super) fn run() -> Result<Outcome> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &api::openapi())?;
    writeln!(out)?;
    Ok(Outcome::Fine)
}
