//! `docket config`

use std::io::{self, Write};

use anyhow::Result;

use super::{Common, Outcome};

/// Prints the effective configuration as TOML, without secrets.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let config = common.load(Vec::new())?;
    io::stdout().write_all(config.show().as_bytes())?;
    for variable in &config.unknown_variables {
        eprintln!("warning: there is no key for {variable}");
    }
    Ok(Outcome::Fine)
}
