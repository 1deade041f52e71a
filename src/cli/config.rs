//! `docket config`

use anyhow::Result;

use super::{Common, Outcome};

/// Prints the effective configuration as TOML, without secrets.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    print!("{}", common.load(Vec::new())?.show());
    Ok(Outcome::Fine)
}
