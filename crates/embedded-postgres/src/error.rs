//! What can go wrong, in words for the person who runs the server.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::binaries::{Major, OLDEST_MAJOR};

/// Why the server did not start, or did not stop cleanly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The password is empty or holds something else than printable ASCII.
    #[error("a password for Postgres must be printable ASCII without blanks, and not empty")]
    UnusablePassword,

    /// A file or folder in the data directory could not be used.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },

    /// Another process uses the data directory.
    #[error(
        "the data directory {} is in use by another Docket{}; stop it first, or give this one a \
         data directory of its own",
        data_dir.display(),
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// The process that holds it, where known.
        holder: Option<u32>,
    },

    /// No Postgres server is installed.
    #[error(
        "no Postgres server found: looked for `postgres` and `initdb` in PATH and in \
         /usr/lib/postgresql/*/bin. Install one (Debian, Ubuntu: `apt-get install postgresql-{}` \
         or the package `postgresql`), or configure the URL of a running server",
        OLDEST_MAJOR
    )]
    BinariesMissing,

    /// The installed server is older than Docket supports.
    #[error(
        "the newest Postgres server found is version {found}; Docket needs {} or newer. Install \
         one (Debian, Ubuntu: the package `postgresql`)",
        OLDEST_MAJOR
    )]
    ServerTooOld {
        /// The newest version found.
        found: Major,
    },

    /// The cluster was made by a newer server than any that is installed.
    #[error(
        "the cluster in {} was made by Postgres {cluster}, but the newest server found is {found}, \
         which cannot read it. Install Postgres {cluster} (Debian, Ubuntu: `apt-get install \
         postgresql-{cluster}`)",
        path.display()
    )]
    ClusterIsNewer {
        /// The cluster.
        path: PathBuf,
        /// The version that made it.
        cluster: Major,
        /// The newest version found.
        found: Major,
    },

    /// The cluster was made by an older server, and that version is not installed.
    #[error(
        "the cluster in {} was made by Postgres {cluster}, but only {found} was found, which does \
         not read it as it is. Install Postgres {cluster} (Debian, Ubuntu: `apt-get install \
         postgresql-{cluster}`) to go on as before; to move to {found}, dump with {cluster} and \
         restore into an empty data directory, or use pg_upgrade",
        path.display()
    )]
    ClusterIsOlder {
        /// The cluster.
        path: PathBuf,
        /// The version that made it.
        cluster: Major,
        /// The version found.
        found: Major,
    },

    /// The folder for the cluster holds something else.
    #[error("{} holds files but no Postgres cluster; Docket leaves them alone. Move them away, or \
             choose another data directory", path.display())]
    NotACluster {
        /// The folder.
        path: PathBuf,
    },

    /// Docket runs as root, and the machine has no account to run Postgres as.
    #[error(
        "Postgres refuses to run as root, and there is neither a user `postgres` nor a user \
         `nobody`; create the user `postgres`, or run Docket as an ordinary user"
    )]
    NoUnprivilegedAccount,

    /// Docket runs as root, and the account Postgres runs as cannot reach the data directory.
    #[error(
        "Postgres runs as the user `{account}`, who may not enter {}. Choose a data directory that \
         this user can reach (such as /var/lib/docket), allow it with `chmod o+x {0}`, or run \
         Docket as an ordinary user",
        folder.display()
    )]
    NotTraversable {
        /// The first folder on the way that is closed.
        folder: PathBuf,
        /// The account's name.
        account: String,
    },

    /// A program could not be run at all.
    #[error("cannot run {}", program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why it failed.
        source: io::Error,
    },

    /// The cluster could not be created.
    #[error("creating the Postgres cluster failed: {} ended with {status}:\n{output}", program.display())]
    CreateFailed {
        /// The program that failed.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it said.
        output: String,
    },

    /// The server ended before it accepted connections.
    #[error("Postgres did not start ({status}). The end of {}:\n{log_tail}", log.display())]
    StartFailed {
        /// How it ended.
        status: ExitStatus,
        /// The log file.
        log: PathBuf,
        /// What the server said last.
        log_tail: String,
    },

    /// A server of an earlier run is still there and does not end.
    #[error(
        "a Postgres server of an earlier run (process {pid}) is still running and does not end"
    )]
    LeftoverDoesNotEnd {
        /// Its process id.
        pid: u32,
    },

    /// The server had died, or did not shut down in order. Acknowledged commits are safe; the next
    /// start recovers them.
    #[error("Postgres did not shut down cleanly ({status}). The end of {}:\n{log_tail}", log.display())]
    UncleanStop {
        /// How it ended.
        status: ExitStatus,
        /// The log file.
        log: PathBuf,
        /// What the server said last.
        log_tail: String,
    },
}

/// Names the file in an I/O error: `.map_err(io_error("read", path))`.
pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { action, path: path.to_owned(), source }
}
