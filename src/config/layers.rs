//! Where values come from, and which of them counts: flags, then the environment, then the file,
//! then the file in the data directory, then the defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use super::keys::{self, KEYS, Key, Kind};

/// Read when it stands where Docket is started, and in the data directory.
const FILE_NAME: &str = "docket.toml";

/// All that a configuration is made of, as the process found it.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Values given on the command line, by key.
    pub flags: Vec<(&'static str, Value)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The file named on the command line.
    pub file: Option<PathBuf>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// This variable of the environment.
    Variable(String),
    /// This file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("command line"),
            Self::Variable(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// The value of every key that has one.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Layers(BTreeMap<&'static str, Entry>);

impl fmt::Debug for Layers {
    /// There are secrets among the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Layers")
    }
}

impl Layers {
    pub(super) fn gather(sources: &Sources) -> Result<Self> {
        let mut layers = Self::default();
        for (path, value) in &sources.flags {
            layers.add(path, value.clone(), &Origin::Flag)?;
        }
        for key in KEYS {
            let mut names = vec![key.variable()];
            if key.path == "database_url" {
                // The name that every other program uses as well.
                names.push("DATABASE_URL".to_owned());
            }
            for name in names {
                match sources.environment.get(&name) {
                    Some(text) if !text.is_empty() => {
                        let value = from_text(key, text).with_context(|| name.clone())?;
                        layers.add(key.path, value, &Origin::Variable(name))?;
                    }
                    Some(_) | None => {}
                }
            }
            if let Some(name) = key.file_variable()
                && let Some(path) = sources.environment.get(&name).filter(|path| !path.is_empty())
            {
                let text = fs::read_to_string(path).with_context(|| format!("{name}: {path}"))?;
                let value = from_text(key, text.trim_end()).with_context(|| name.clone())?;
                layers.add(key.path, value, &Origin::Variable(name))?;
            }
        }
        let named = sources.environment.get("DOCKET_CONFIG").filter(|name| !name.is_empty());
        match sources.file.clone().or_else(|| named.map(PathBuf::from)) {
            Some(path) => {
                if !layers.add_file(&path)? {
                    bail!("there is no configuration file {}", path.display());
                }
            }
            None => drop(layers.add_file(Path::new(FILE_NAME))?),
        }
        let data_dir = match layers.get("data_dir") {
            Some(entry) => entry.value.as_str().unwrap_or_default().to_owned(),
            None => "data".to_owned(),
        };
        layers.add_file(&Path::new(&data_dir).join(FILE_NAME))?;
        for key in KEYS {
            if let Some(text) = key.default {
                layers.add(key.path, from_text(key, text)?, &Origin::Default)?;
            }
        }
        Ok(layers)
    }

    pub(super) fn get(&self, path: &str) -> Option<&Entry> {
        debug_assert!(keys::find(path).is_some(), "{path} is no key");
        self.0.get(path)
    }

    /// Adds a value unless a higher layer has one. Whichever wins, it has to be of the key's kind.
    fn add(&mut self, path: &str, value: Value, origin: &Origin) -> Result<()> {
        let Some(key) = keys::find(path) else { bail!("{origin}: there is no key `{path}`") };
        if !fits(key.kind, &value) {
            bail!("{origin}: `{path}` must be {}", expected(key.kind));
        }
        let entry = Entry { value, origin: origin.clone() };
        self.0.entry(key.path).or_insert(entry);
        Ok(())
    }

    /// Adds a file's values; false when there is no such file.
    fn add_file(&mut self, path: &Path) -> Result<bool> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        let table: Table = text.parse().with_context(|| format!("reading {}", path.display()))?;
        self.add_table("", table, &Origin::File(path.to_owned()))?;
        Ok(true)
    }

    fn add_table(&mut self, prefix: &str, table: Table, origin: &Origin) -> Result<()> {
        for (name, value) in table {
            let path = format!("{prefix}{name}");
            match value {
                Value::Table(inner) if keys::find(&path).is_none() => {
                    let inside = format!("{path}.");
                    if !KEYS.iter().any(|key| key.path.starts_with(&inside)) {
                        bail!("{origin}: there is no table `{path}`");
                    }
                    self.add_table(&inside, inner, origin)?;
                }
                value => self.add(&path, value, origin)?,
            }
        }
        Ok(())
    }
}

/// A value as it is written in the environment, or as a default.
fn from_text(key: &Key, text: &str) -> Result<Value> {
    Ok(match key.kind {
        Kind::Text | Kind::Duration | Kind::Size => Value::String(text.to_owned()),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
        }
        Kind::Switch => match text {
            "true" | "1" | "yes" | "on" => Value::Boolean(true),
            "false" | "0" | "no" | "off" => Value::Boolean(false),
            _ => bail!("must be true or false"),
        },
        Kind::Number => match text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => bail!("must be a whole number"),
        },
        Kind::Limit => text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
        Kind::Tables | Kind::Settings | Kind::NamedTables => {
            bail!("`{}` can be set in a file only", key.path)
        }
    })
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Text | Kind::Duration => value.is_str(),
        Kind::List => value.as_array().is_some_and(|items| items.iter().all(Value::is_str)),
        Kind::Switch => value.is_bool(),
        Kind::Number => value.is_integer(),
        Kind::Limit => {
            value.as_integer().is_some_and(|limit| limit > 0) || value.as_str() == Some("off")
        }
        Kind::Size => value.is_str() || value.as_integer().is_some_and(|size| size >= 0),
        Kind::Tables => value.as_array().is_some_and(|items| items.iter().all(Value::is_table)),
        Kind::Settings => value.as_table().is_some_and(|table| table.values().all(Value::is_str)),
        Kind::NamedTables => {
            value.as_table().is_some_and(|table| table.values().all(Value::is_table))
        }
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::List => "a list of texts",
        Kind::Switch => "true or false",
        Kind::Number => "a whole number",
        Kind::Limit => "a whole number from 1, or \"off\"",
        Kind::Duration => "a duration like \"30s\"",
        Kind::Size => "a size like \"1 MiB\"",
        Kind::Tables => "an array of tables",
        Kind::Settings => "a table of texts",
        Kind::NamedTables => "tables, each under a name",
    }
}
