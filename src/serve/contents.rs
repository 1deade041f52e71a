//! The files of the desk, as the API needs them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use files::{AtRest, FileStore, LinkKey};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::desk::Desk;

/// Where contents lie, how links to them are signed, and how much is taken.
pub(super) fn files(config: &Config, desk: &Desk) -> Result<api::Files> {
    let directory = config.data_dir.join("files");
    let store = FileStore::local(&directory, AtRest::Sealed).context("opening the files")?;
    Ok(api::Files {
        store,
        links: LinkKey::new(desk.store.secrets().mac("file-link", &[])),
        max_bytes: 256 << 20,
        max_pixels: 100_000_000,
        link_lifetime: Duration::from_secs(300),
        uploads: Arc::new(Semaphore::new(8)),
    })
}
