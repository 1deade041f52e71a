//! What the tests share: a data directory, a server in it, a connection.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use embedded_postgres::{Durability, EmbeddedPostgres, Options, Password};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// A data directory of its own, removed at the end of the test.
pub struct Scene {
    folder: TempDir,
}

impl Scene {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("dk-").tempdir_in("/tmp").unwrap();
        // For a run as root: the account of Postgres has to pass.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
        Self { folder }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn cluster(&self) -> PathBuf {
        self.data_dir().join("postgres")
    }

    pub fn options(&self) -> Options {
        options(&self.data_dir())
    }

    pub async fn start(&self) -> EmbeddedPostgres {
        EmbeddedPostgres::start(self.options()).await.unwrap()
    }

    /// A server that keeps every commit when it is killed.
    pub async fn start_durable(&self) -> EmbeddedPostgres {
        let mut options = self.options();
        options.durability = Durability::Full;
        EmbeddedPostgres::start(options).await.unwrap()
    }
}

/// Options for a server that need not survive a crash.
pub fn options(data_dir: &Path) -> Options {
    let mut options =
        Options::new(data_dir, Password::new("it's \"5%\"".replace(' ', "_")).unwrap());
    options.search_path = std::env::var_os("PATH");
    options.durability = Durability::None;
    options.settings = vec![("shared_buffers".into(), "16MB".into())];
    options
}

pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// Writes a row that a later [`count`] finds.
pub async fn write(url: &str) {
    let mut connection = connect(url).await;
    for statement in ["CREATE TABLE IF NOT EXISTS kept (n int)", "INSERT INTO kept VALUES (1)"] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

pub async fn count(url: &str) -> i64 {
    let mut connection = connect(url).await;
    sqlx::query_scalar("SELECT count(*) FROM kept").fetch_one(&mut connection).await.unwrap()
}

/// A setting or any other text the server tells.
pub async fn ask(url: &str, query: &'static str) -> String {
    sqlx::query_scalar(query).fetch_one(&mut connect(url).await).await.unwrap()
}

/// Ends a process at once.
pub fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
