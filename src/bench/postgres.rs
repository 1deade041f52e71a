//! A Postgres of its own for a bench: temporary, and durable as the real one.

use std::fs;
use std::path::Path;

use anyhow::Result;
use embedded_postgres::{EmbeddedPostgres, Options, Password};

use super::server::temporary_folder;

/// The server. [`stop`](Self::stop) ends it and removes its data.
pub struct TemporaryPostgres {
    server: EmbeddedPostgres,
    _folder: tempfile::TempDir,
}

impl TemporaryPostgres {
    /// Starts it on the disk of `folder`; none for that of temporary files.
    ///
    /// # Errors
    /// No server to be had; the message says what to do.
    pub async fn start(folder: Option<&Path>) -> Result<Self> {
        let temporary = temporary_folder(folder)?;
        let data_dir = fs::canonicalize(temporary.path())?.join("data");
        let mut options = Options::new(data_dir, Password::new("bench")?);
        options.search_path = search_path();
        let server = EmbeddedPostgres::start(options).await?;
        Ok(Self { server, _folder: temporary })
    }

    /// The URL of an empty database, whose role may create others.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Ends it.
    ///
    /// # Errors
    /// It did not end cleanly.
    pub async fn stop(self) -> Result<()> {
        Ok(self.server.stop().await?)
    }
}

#[expect(clippy::disallowed_methods, reason = "the composition root")]
fn search_path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}
