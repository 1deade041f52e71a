//! `docket asyncapi`

use std::io::Write;

use anyhow::Result;

use super::{Common, Outcome};

/// Prints the AsyncAPI document of the configured topics.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let options = common.load(Vec::new())?.asyncapi();
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &api::asyncapi_document(&options))?;
    writeln!(out)?;
    Ok(Outcome::Fine)
}
