//! As whom Postgres runs.
//!
//! Postgres refuses to run as root. When Docket is root, the server runs as the user `postgres`, or
//! `nobody` where there is none; otherwise as whoever runs Docket.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::Error;
use crate::error::io_error;

/// The user that Postgres runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// Whoever runs this process.
    Caller,
    /// This process is root and hands over to another account.
    Account(Account),
}

/// A line of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl RunAs {
    /// Root hands over to the account that owns the cluster already, if it is not root itself.
    pub(crate) fn choose(cluster: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Caller);
        }
        let path = Path::new("/etc/passwd");
        let accounts = parse_passwd(&fs::read_to_string(path).map_err(io_error("read", path))?);
        let owner = fs::metadata(cluster).ok().map(|metadata| metadata.uid());
        accounts
            .iter()
            .find(|account| account.uid != 0 && Some(account.uid) == owner)
            .or_else(|| accounts.iter().find(|account| account.name == "postgres"))
            .or_else(|| accounts.iter().find(|account| account.name == "nobody"))
            .cloned()
            .map(Self::Account)
            .ok_or(Error::NoUnprivilegedAccount)
    }

    /// A command that runs as this user, apart from the terminal's signals and without the
    /// environment of this process, which may hold secrets.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null());
        match self {
            Self::Caller => {}
            Self::Account(account) => {
                command.uid(account.uid).gid(account.gid);
            }
        }
        command
    }

    /// The mode for a data directory that does not exist yet: closed, but an account that Postgres
    /// runs as has to pass through.
    pub(crate) fn data_dir_mode(&self) -> u32 {
        match self {
            Self::Caller => 0o700,
            Self::Account(_) => 0o711,
        }
    }

    /// Gives a file or folder to this user.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Caller => Ok(()),
            Self::Account(account) => lchown(path, Some(account.uid), Some(account.gid))
                .map_err(io_error("change the owner of", path)),
        }
    }

    /// Gives a folder that belongs to root, with all it holds, to this user: a cluster that was
    /// copied in by root.
    pub(crate) fn adopt(&self, folder: &Path) -> Result<(), Error> {
        let owner = fs::metadata(folder).map_err(io_error("look at", folder))?.uid();
        match self {
            Self::Account(_) if owner == 0 => self.give_all(folder),
            Self::Account(_) | Self::Caller => Ok(()),
        }
    }

    fn give_all(&self, path: &Path) -> Result<(), Error> {
        let metadata = fs::symlink_metadata(path).map_err(io_error("look at", path))?;
        if metadata.is_dir() {
            for entry in fs::read_dir(path).map_err(io_error("read", path))? {
                self.give_all(&entry.map_err(io_error("read", path))?.path())?;
            }
        }
        self.give(path)
    }

    /// Makes sure that this user can reach `folder`, by trying: modes, access lists and the like all
    /// count. `program` is anything that ends at once when called with `--version`.
    pub(crate) async fn check_reach(&self, folder: &Path, program: &Path) -> Result<(), Error> {
        let account = match self {
            Self::Caller => return Ok(()),
            Self::Account(account) => account,
        };
        let mut way: Vec<PathBuf> = folder.ancestors().map(Path::to_owned).collect();
        way.reverse();
        for step in way {
            let tried = self
                .command(program)
                .arg("--version")
                .current_dir(&step)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .await;
            match tried {
                Ok(_) => {}
                // Nobody is kept out of the root folder: here it is the program that is closed.
                Err(source)
                    if source.kind() == io::ErrorKind::PermissionDenied
                        && step.parent().is_some() =>
                {
                    return Err(Error::NotTraversable {
                        folder: step,
                        account: account.name.clone(),
                    });
                }
                Err(source) => return Err(Error::Run { program: program.to_owned(), source }),
            }
        }
        Ok(())
    }
}

fn parse_passwd(text: &str) -> Vec<Account> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Account { name, uid, gid })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_passwd_and_broken_lines_skipped() {
        let text = "root:x:0:0:root:/root:/bin/sh\n+nis\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        let accounts = parse_passwd(text);
        let postgres = Account { name: "postgres".into(), uid: 101, gid: 104 };
        assert_eq!(accounts.len(), 2);
        assert_eq!(accounts.last(), Some(&postgres));
    }
}
