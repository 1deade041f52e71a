//! A real Postgres for tests.
//!
//! A test takes `shared_postgres().await.fresh_database().await` and has an empty database to itself.
//! The server ends with the test process, however that ends: a small shell process waits for it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};

use embedded_postgres::{Durability, EmbeddedPostgres, Options, Password};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

use crate::folder::temporary_folder;
use crate::watchdog::Watchdog;

/// Waits until its input ends, which it does when the process at the other end of the pipe is gone,
/// and then ends the server in the folder `$1` and removes the folder. The server may have been
/// killed by its test, so the pid file proves nothing; waiting is bounded in case nobody collects
/// the dead process.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
read -r _
file="$1/data/postgres/postmaster.pid"
if read -r pid < "$file"; then
    kill -QUIT "$pid"
    tries=0
    while [ -e "$file" ] && kill -0 "$pid" && [ "$tries" -lt 100 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
fi
rm -rf "$1"
"#;

/// A Postgres server with a temporary data directory. Dropping it ends the server and removes the
/// data. It belongs to no runtime: tests with runtimes of their own may share it.
#[derive(Debug)]
pub struct TestPostgres {
    // The fields are dropped in this order: the server is asked to end before the watchdog insists.
    postgres: EmbeddedPostgres,
    databases: AtomicU32,
    _watchdog: Watchdog,
}

impl TestPostgres {
    /// Starts a server that is fast because it forgets: fsync is off, and commits are acknowledged
    /// before they are written. Its time zone, encoding and locale are those of the real one, and
    /// its role is no superuser either.
    ///
    /// # Panics
    /// When no server can be started; the message says why.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a server with other options: another durability or a setting. The data directory
    /// must stay.
    ///
    /// # Panics
    /// When no server can be started; the message says why.
    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        // Root runs Postgres as another user, who has to pass through this folder.
        let folder = temporary_folder();
        fs::set_permissions(&folder, Permissions::from_mode(0o711))
            .expect("the mode of one's own folder can be set");
        // First of all, so that nothing is left if this process is killed from here on.
        let watchdog = Watchdog::start(WATCHDOG, &folder);

        let password = Password::new("test").expect("the password is printable ASCII");
        let mut options = Options::new(folder.join("data"), password);
        options.durability = Durability::None;
        options.settings = [
            ("shared_buffers", "64MB"),
            // Each test has a pool of its own or a desk of several processes, and many tests run at once.
            ("max_connections", "1000"),
            ("max_wal_size", "512MB"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        options.search_path = search_path();
        change(&mut options);
        let started = EmbeddedPostgres::start(options).await;
        let postgres = started.unwrap_or_else(|error| panic!("no Postgres for tests: {error}"));
        Self { postgres, databases: AtomicU32::new(0), _watchdog: watchdog }
    }

    /// The URL of the database `docket`, which is empty as long as nobody uses it.
    pub fn url(&self) -> &str {
        self.postgres.url()
    }

    /// The process id of the postmaster, for tests that kill it.
    pub fn pid(&self) -> u32 {
        self.postgres.pid()
    }

    /// Creates an empty database that nobody else gets, and returns its URL.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn fresh_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        let mut connection =
            PgConnection::connect(self.url()).await.expect("the test server takes connections");
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .expect("a database can be created");
        connection.close().await.expect("a connection can be closed");
        with_database(self.url(), &name)
    }
}

/// The server that all tests of this process share. The first call starts it.
///
/// # Panics
/// When no server can be started; the message says why.
pub async fn shared_postgres() -> &'static TestPostgres {
    static SHARED: OnceCell<TestPostgres> = OnceCell::const_new();
    SHARED.get_or_init(TestPostgres::start).await
}

/// The same URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = before.rsplit_once('/').unwrap_or((before, ""));
    format!("{server}/{name}?{query}")
}

#[expect(clippy::disallowed_methods, reason = "a test is its own composition root")]
fn search_path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_changes_in_the_url() {
        let url = "postgres://docket:test@localhost:5432/docket?host=%2Ftmp%2Frun";
        let other = "postgres://docket:test@localhost:5432/test_1?host=%2Ftmp%2Frun";
        assert_eq!(with_database(url, "test_1"), other);
    }
}
