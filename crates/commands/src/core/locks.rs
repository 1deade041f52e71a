//! Commands on one stream queue up within this process, so that they do not run into conflicts
//! with each other; only other processes can still come between.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

/// Streams that share a stripe wait for each other now and then, which does no harm.
const STRIPES: usize = 2048;

pub(crate) struct StreamLocks {
    stripes: Vec<Arc<Mutex<()>>>,
    hasher: RandomState,
}

impl StreamLocks {
    pub(crate) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }

    /// Takes the locks of all these streams, in an order that all commands keep.
    pub(crate) async fn lock(&self, streams: &[Uuid]) -> Vec<OwnedMutexGuard<()>> {
        let mut indexes: Vec<usize> = streams.iter().map(|stream| self.index(*stream)).collect();
        indexes.sort_unstable();
        indexes.dedup();
        let mut guards = Vec::with_capacity(indexes.len());
        for index in indexes {
            guards.push(Arc::clone(&self.stripes[index]).lock_owned().await);
        }
        guards
    }

    fn index(&self, stream: Uuid) -> usize {
        let mut hasher = self.hasher.build_hasher();
        stream.hash(&mut hasher);
        usize::try_from(std::hash::Hasher::finish(&hasher) % STRIPES as u64).unwrap_or_default()
    }
}
