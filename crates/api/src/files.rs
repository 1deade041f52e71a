//! What the routes of files need: where contents lie, how links to them are signed, and how much is taken.

use std::sync::Arc;
use std::time::Duration;

use files::{FileStore, LinkKey};
use tokio::sync::Semaphore;

/// The files of the desk, as the API takes and delivers them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    /// Where contents lie.
    pub store: FileStore,
    /// Signs the links that Docket follows itself; the same in all processes.
    pub links: LinkKey,
    /// The largest file that is taken, in bytes.
    pub max_bytes: u64,
    /// The most pixels that an image may have.
    pub max_pixels: u64,
    /// How long a link is good.
    pub link_lifetime: Duration,
    /// Uploads that this process takes in at once: each needs some 15 MiB of memory.
    pub uploads: Arc<Semaphore>,
}
