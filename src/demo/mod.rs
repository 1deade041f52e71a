//! Demo data: the service desk of a telecom operator, with weeks of history.
//!
//! It goes through the same commands as everybody's work, only with its times in the past. An
//! interrupted load is taken up where it ended, as every command has an id of its own.

mod content;
mod flows;
mod load;
mod pictures;

use anyhow::Result;
use files::FileStore;

use crate::desk::Desk;

pub use load::LogIns;

/// Fills an empty desk, and returns when the views show it. None when the desk has tickets of its
/// own; then nothing was done.
///
/// # Errors
/// The database's; content that the rules refuse.
pub async fn load(desk: &Desk, files: &FileStore) -> Result<Option<LogIns>> {
    load::Loader::new(desk, files).load().await
}
