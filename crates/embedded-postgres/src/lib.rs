//! A private Postgres, run from the server binaries installed on the machine.
//!
//! [`EmbeddedPostgres::start`] finds the binaries, creates a cluster in a data directory when there
//! is none, clears away what a crash left behind, and waits until the server accepts connections.
//! [`EmbeddedPostgres::stop`] shuts it down cleanly.
//!
//! | module | what it knows |
//! |---|---|
//! | `server` | the order of a start, and how a running server ends |
//! | `binaries` | where `postgres` and `initdb` are, and which version to take |
//! | `account` | as whom Postgres runs: it refuses to run as root |
//! | `layout` | the files in the data directory, and the lock on it |
//! | `cluster` | `initdb`, the role and the database |
//! | `leftover` | what a killed process left: its pid file, its postmaster, its backends |
//! | `settings` | the server's settings |
//! | `socket` | where the Unix socket lies, and the URL that leads to it |
//!
//! Layout of the data directory:
//!
//! ```text
//! lock                 held for as long as a process uses the directory; names its pid
//! postgres/            the cluster
//! postgres.log         what Postgres says; postgres.log.1 is the part before
//! postgres.password    the password of the role `docket`, readable by its owner only
//! run/                 the Unix socket, unless its path would be too long
//! ```
//!
//! The role `docket` owns the database `docket` and may create further databases; it is no
//! superuser. The superuser `postgres` cannot log in.

mod account;
mod binaries;
mod cluster;
mod error;
mod layout;
mod leftover;
mod options;
mod server;
mod settings;
mod socket;

pub use binaries::Major;
pub use error::Error;
pub use options::{Durability, Options, Password};
pub use server::{EmbeddedPostgres, running_url};
