//! The other systems that steps of workflows ask.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use domain::vocabulary::SystemName;
use toml::{Table, Value};
use workers::external::{ANSWER_WITHIN, ExternalSystem, SigningSecret};

use super::{Reader, http_url, units};

const TIMEOUT: Duration = Duration::from_secs(10);
const TRIES: u16 = 8;

/// Reads all of `[external.NAME]`, in the order of their names.
pub(super) fn read(read: &Reader<'_>) -> Result<Vec<ExternalSystem>> {
    let tables = read.0.get("external").and_then(|entry| entry.value.as_table());
    let systems = tables.into_iter().flatten().map(|(name, table)| {
        let system = table.as_table().context("must be a table").and_then(|t| system(name, t));
        // The chain of causes: which file cannot be read, and why.
        system.map_err(|error| read.at("external", &anyhow!("{name}: {error:#}")))
    });
    systems.collect()
}

fn system(name: &str, table: &Table) -> Result<ExternalSystem> {
    let known = ["url", "secret", "secret_file", "timeout", "tries", "answer_within"];
    if let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) {
        bail!("there is no key `{key}`; there are {}", known.join(", "));
    }
    let text = |key: &str| match table.get(key) {
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => bail!("`{key}` must be a text"),
        None => Ok(None),
    };
    let duration = |key: &str, default| match text(key)? {
        Some(text) => match units::duration(&text).with_context(|| format!("`{key}`"))? {
            Duration::ZERO => bail!("`{key}` must be longer than nothing"),
            duration => Ok(duration),
        },
        None => Ok(default),
    };
    let secret = match (text("secret")?, text("secret_file")?) {
        (Some(secret), None) => secret,
        (None, Some(file)) => {
            let secret = fs::read_to_string(&file).with_context(|| format!("reading {file}"))?;
            secret.trim_end().to_owned()
        }
        (_, _) => bail!("needs either `secret` or `secret_file`"),
    };
    let url = http_url(&text("url")?.context("needs a `url`")?)?;
    let tries = match table.get("tries") {
        None => TRIES,
        Some(tries) => match tries.as_integer().map(u16::try_from) {
            Some(Ok(tries)) if (1..=100).contains(&tries) => tries,
            Some(_) | None => bail!("`tries` must be a number from 1 to 100"),
        },
    };
    Ok(ExternalSystem {
        name: SystemName::parse(name).map_err(|error| anyhow!("the name: {error}"))?,
        url: url.parse().with_context(|| format!("{url:?}"))?,
        secret: SigningSecret::parse(&secret)?,
        timeout: duration("timeout", TIMEOUT)?,
        tries,
        answer_within: duration("answer_within", ANSWER_WITHIN)?,
    })
}
