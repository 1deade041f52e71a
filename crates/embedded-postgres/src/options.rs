//! What a caller says about the server it wants.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::Error;

/// How to run the server. [`Options::new`] gives the defaults; the fields may be changed after.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds the cluster and everything else (see the crate's map). Created when
    /// missing. One process at a time may use it.
    pub data_dir: PathBuf,
    /// The password of the role `docket` if the cluster has to be created. Otherwise the one stored
    /// in the data directory stays in force.
    pub new_password: Password,
    /// Folders to look for `postgres` in, in the form of the environment variable `PATH`. The usual
    /// places of installation are searched in any case.
    pub search_path: Option<OsString>,
    /// A TCP port on 127.0.0.1 to listen on, besides the Unix socket. None: Unix socket only.
    pub port: Option<u16>,
    /// What has to survive a crash.
    pub durability: Durability,
    /// Server settings as in `postgresql.conf`, without quotes. They win over the defaults of this
    /// crate, but not over what it needs in order to reach the server (sockets, port, log).
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A durable server in `data_dir` that listens on a Unix socket only.
    pub fn new(data_dir: impl Into<PathBuf>, new_password: Password) -> Self {
        Self {
            data_dir: data_dir.into(),
            new_password,
            search_path: None,
            port: None,
            durability: Durability::Full,
            settings: Vec::new(),
        }
    }
}

/// What has to survive a crash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Every acknowledged commit.
    #[default]
    Full,
    /// Nothing: the last commits may be lost when the server is killed, and the cluster may be
    /// unusable when the machine crashes. For tests.
    None,
}

/// A password of printable ASCII. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes one or more printable ASCII characters, no blanks.
    ///
    /// # Errors
    /// [`Error::UnusablePassword`] for anything else.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(Error::UnusablePassword)
        }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_printable_ascii_and_is_not_shown() {
        assert!(Password::new("").is_err());
        assert!(Password::new("two words").is_err());
        assert!(Password::new("line\n").is_err());
        assert!(Password::new("schlüssel").is_err());
        let password = Password::new("a'b\"c\\d%").unwrap();
        assert_eq!(format!("{password:?}"), "Password(..)");
    }
}
