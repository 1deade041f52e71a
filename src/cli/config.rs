//! `docket config`

use anyhow::Result;

use super::{Common, Outcome};

/// Prints the effective configuration as TOML, without secrets.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let config = common.load(Vec::new())?;
    print!("{}", config.show());
    for variable in &config.unknown_variables {
        eprintln!("warning: there is no key for {variable}");
    }
    Ok(Outcome::Fine)
}
