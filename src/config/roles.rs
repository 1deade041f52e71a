//! What a process does.

use std::fmt;

use anyhow::{Result, bail};

use super::Reader;

/// One of the things a process can do for the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Answers requests.
    Api,
    /// Publishes the log on Kafka.
    Relay,
    /// Keeps the views up to date.
    Projector,
    /// Does what requests and other systems left to be done.
    Worker,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Api, Self::Relay, Self::Projector, Self::Worker];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Relay => "relay",
            Self::Projector => "projector",
            Self::Worker => "worker",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The roles of a process, at least one, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Default for Roles {
    /// All there are.
    fn default() -> Self {
        Self(Role::ALL.into())
    }
}

impl Roles {
    /// Is this one of them?
    pub fn include(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Is this process to do everything there is?
    pub fn are_all(&self) -> bool {
        self.0 == Role::ALL
    }

    /// In the order of [`Role::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }

    /// Their names, in the order of [`Role::ALL`].
    pub fn names(&self) -> Vec<String> {
        self.iter().map(|role| role.to_string()).collect()
    }
}

pub(super) fn read(read: &Reader<'_>) -> Result<Roles> {
    let mut roles = read.list("roles", role)?;
    if roles.is_empty() {
        return Err(read.at("roles", &anyhow::anyhow!("names no role")));
    }
    roles.sort_unstable();
    roles.dedup();
    Ok(Roles(roles))
}

fn role(text: &str) -> Result<Role> {
    match Role::ALL.into_iter().find(|role| role.as_str() == text) {
        Some(role) => Ok(role),
        None => bail!("{text:?} is none of api, relay, projector, worker"),
    }
}
