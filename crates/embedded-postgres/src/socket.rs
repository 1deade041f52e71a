//! Where the Unix socket lies, and the URL that leads to it.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use tempfile::TempDir;

use crate::Error;
use crate::account::RunAs;
use crate::error::io_error;
use crate::layout::Layout;
use crate::options::Password;

/// The role that Docket logs in as, and its database.
pub(crate) const ROLE: &str = "docket";
/// Names the socket file where no TCP port is asked for.
pub(crate) const DEFAULT_PORT: u16 = 5432;

/// The longest path of a socket, in bytes. Linux has 107; the BSDs and macOS 103.
const LONGEST_SOCKET_PATH: usize = 103;
/// The name of the socket with the longest port number.
const SOCKET_NAME: &str = "/.s.PGSQL.65535";

/// The folder of the socket. Only the account that Postgres runs as (and root) may enter it.
#[derive(Debug)]
pub(crate) enum SocketFolder {
    InDataDir(PathBuf),
    /// Somewhere short, for a data directory with a long path. Removed with this value.
    Elsewhere(TempDir),
}

impl SocketFolder {
    /// Makes an empty folder. No server of this cluster may be running.
    pub(crate) fn create(layout: &Layout, run_as: &RunAs) -> Result<Self, Error> {
        let folder = if fits(&layout.run) {
            // Emptied, because Postgres would take a foreign process for the owner of an old socket
            // if it got the same pid.
            match fs::remove_dir_all(&layout.run) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error("clear", &layout.run)(error));
                }
                Ok(()) | Err(_) => {}
            }
            DirBuilder::new()
                .mode(0o700)
                .create(&layout.run)
                .map_err(io_error("create", &layout.run))?;
            Self::InDataDir(layout.run.clone())
        } else {
            // Not the folder that TMPDIR names, which may be just as long.
            let parent = Path::new("/tmp");
            tempfile::Builder::new()
                .prefix("docket-")
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(parent)
                .map(Self::Elsewhere)
                .map_err(io_error("create a folder in", parent))?
        };
        run_as.give(folder.path())?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::InDataDir(path) => path,
            Self::Elsewhere(folder) => folder.path(),
        }
    }

    /// The path as an item of the setting `unix_socket_directories`, which is a list.
    pub(crate) fn as_setting(&self) -> OsString {
        let mut quoted = vec![b'"'];
        for byte in self.path().as_os_str().as_bytes() {
            if *byte == b'"' {
                quoted.push(b'"');
            }
            quoted.push(*byte);
        }
        quoted.push(b'"');
        OsString::from_vec(quoted)
    }
}

/// Whether a socket in this folder can be bound and be written in a URL.
fn fits(folder: &Path) -> bool {
    folder.to_str().is_some_and(|path| path.len() + SOCKET_NAME.len() <= LONGEST_SOCKET_PATH)
}

/// A URL in the form that libpq and sqlx understand: the folder of the socket is the host.
pub(crate) fn url(socket_folder: &Path, port: u16, password: &Password) -> String {
    let password = percent_encode(password.expose().as_bytes(), NON_ALPHANUMERIC);
    let folder = percent_encode(socket_folder.as_os_str().as_bytes(), NON_ALPHANUMERIC);
    format!("postgres://{ROLE}:{password}@localhost:{port}/{ROLE}?host={folder}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_keeps_every_character() {
        let password = Password::new("p@ss:w/rd+%").unwrap();
        let url = url(Path::new("/data dir/a+b/run"), 5432, &password);
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        assert_eq!(options.get_socket().unwrap(), Path::new("/data dir/a+b/run"));
        assert_eq!(options.get_username(), "docket");
        assert_eq!(options.get_database(), Some("docket"));
        assert_eq!(
            url,
            "postgres://docket:p%40ss%3Aw%2Frd%2B%25@localhost:5432/docket\
             ?host=%2Fdata%20dir%2Fa%2Bb%2Frun"
        );
    }

    #[test]
    fn a_list_of_one_folder_is_quoted() {
        let folder = SocketFolder::InDataDir(PathBuf::from("/a,\"b"));
        assert_eq!(folder.as_setting(), OsString::from("\"/a,\"\"b\""));
    }
}
