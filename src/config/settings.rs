//! What the keys say, as types.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A secret text: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

/// Where the master key was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKeySource {
    /// Here it is.
    Text(Hidden),
    /// In this file.
    File(PathBuf),
}

/// Where open mode may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenReach {
    /// To this machine only.
    Loopback,
    /// To whoever reaches it.
    Anywhere,
}

/// What log lines look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text at a terminal, JSON otherwise.
    Auto,
    /// Text.
    Text,
    /// One JSON object per line.
    Json,
}

/// Connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pools {
    /// At most so many for the write side.
    pub commands: u32,
    /// At most so many for jobs, so that what people ask for does not wait for them.
    pub jobs: u32,
    /// At most so many for the read side.
    pub queries: u32,
    /// A query that takes longer is given up.
    pub query_timeout: Duration,
}

/// The private Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresSettings {
    /// A TCP port on 127.0.0.1, besides the Unix socket.
    pub port: Option<u16>,
    /// As in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
}
