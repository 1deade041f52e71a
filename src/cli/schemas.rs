//! `docket schemas`

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::Outcome;

/// Writes the JSON Schemas of all events, as stored, and of inbound tickets.
#[derive(Debug, Args)]
pub(super) struct Schemas {
    /// Where to
    #[arg(long, value_name = "DIR", default_value = "docs/schemas")]
    out: PathBuf,
}

impl Schemas {
    /// One file per type and version: `ticket.opened.v1.json`.
    pub(super) fn run(&self) -> Result<Outcome> {
        let folder = &self.out;
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        for (name, schema) in api::schema_documents(None) {
            let path = folder.join(name);
            let mut text = serde_json::to_string_pretty(&schema)?;
            text.push('\n');
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(Outcome::Fine)
    }
}
