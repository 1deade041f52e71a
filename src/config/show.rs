//! The effective configuration, for people.

use std::fmt::Write;

use super::keys::{KEYS, Secrecy};
use super::layers::Layers;

/// TOML with the origin of each value behind it. Keys without a value, and secrets, are comments.
pub(super) fn show(layers: &Layers) -> String {
    let width = KEYS.iter().map(|key| name(key.path).len()).max().unwrap_or_default() + 24;
    let mut out = String::new();
    let mut table = "";
    for key in KEYS {
        let (inside, name) = key.path.rsplit_once('.').unwrap_or(("", key.path));
        if inside != table {
            table = inside;
            // A String takes all that is written into it.
            let _ = writeln!(out, "\n[{table}]");
        }
        let (line, origin) = match (layers.get(key.path), key.secrecy) {
            (Some(entry), Secrecy::Secret) if entry.value.as_str() == Some("") => {
                (format!("# {name} ="), "not used".to_owned())
            }
            (None, _) => (format!("# {name} ="), "not set".to_owned()),
            (Some(entry), Secrecy::Secret) => {
                (format!("# {name} = (secret)"), entry.origin.to_string())
            }
            (Some(entry), Secrecy::Open) => {
                (format!("{name} = {}", entry.value), entry.origin.to_string())
            }
        };
        let _ = writeln!(out, "{line:<width$} # {origin}; {}", key.about);
    }
    out
}

fn name(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, name)| name)
}
