//! Files that nobody refers to stand aside for a while before they are removed.
//!
//! Whether somebody refers to a content is asked in one place and the content lies in another, so between the answer and
//! a removal the same content can be uploaded again, and an event be appended that names it. No look is the last one.
//! Therefore nothing is removed on the strength of one: what nobody refers to moves to `aside/`, where it is still found
//! by whoever reads it, and moves back as soon as somebody refers to it. What has stood there for a grace goes: an event
//! that came after the answer would have been there by then.
//!
//! Each moving aside has a name of its own, and copies before it removes. So two sweepers at once, though one process
//! holds the lease, leave at least one copy whatever the order of their steps.

use std::collections::HashSet;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};

use crate::error::FilesError;
use crate::owner::Address;
use crate::store::FileStore;
use crate::sweep::{BATCH, SweepError, Swept};

/// Where files stand that nobody refers to.
pub(crate) const ASIDE: &str = "aside";

/// A file that stands aside: `aside/{address}.{milliseconds}`.
struct Standing {
    address: Address,
    since: DateTime<Utc>,
    object: ObjectMeta,
}

impl Standing {
    fn of(object: ObjectMeta) -> Option<Self> {
        let name = object.location.as_ref().strip_prefix(ASIDE)?.strip_prefix('/')?;
        let (address, since) = name.rsplit_once('.')?;
        let since = DateTime::from_timestamp_millis(since.parse().ok()?)?;
        Some(Self { address: address.parse().ok()?, since, object })
    }
}

impl FileStore {
    /// Moves a file aside; one that is not there is gone already.
    pub(crate) async fn set_aside(
        &self,
        address: &Address,
        now: DateTime<Utc>,
    ) -> Result<(), FilesError> {
        let aside: Path = format!("{ASIDE}/{address}.{}", now.timestamp_millis()).into();
        match self.objects.rename(&address.path(), &aside).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Where a file stands that is not at its address.
    pub(crate) async fn standing_aside(
        &self,
        address: &Address,
    ) -> Result<Option<Path>, FilesError> {
        let prefix: Path = format!("{ASIDE}/{}", address.owner()).into();
        let mut standing = self.objects.list(Some(&prefix));
        while let Some(object) = standing.try_next().await? {
            match Standing::of(object) {
                Some(standing) if standing.address == *address => {
                    return Ok(Some(standing.object.location));
                }
                Some(_) | None => {}
            }
        }
        Ok(None)
    }

    /// Puts back what somebody refers to after all, and removes what has stood for longer than `grace`.
    pub(crate) async fn look_aside<F, Asked>(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        referenced: &mut F,
        swept: &mut Swept,
    ) -> Result<(), SweepError>
    where
        F: FnMut(Vec<Address>) -> Asked,
        Asked: Future<Output = Result<HashSet<Address>, Box<dyn Error + Send + Sync>>>,
    {
        let prefix: Path = ASIDE.into();
        let mut batches = self.objects.list(Some(&prefix)).try_chunks(BATCH);
        while let Some(batch) = batches.try_next().await.map_err(|e| FilesError::from(e.1))? {
            let standing: Vec<Standing> = batch.into_iter().filter_map(Standing::of).collect();
            let addresses: Vec<Address> = standing.iter().map(|each| each.address).collect();
            if addresses.is_empty() {
                continue;
            }
            let needed = referenced(addresses).await.map_err(SweepError::References)?;
            for Standing { address, since, object } in standing {
                if needed.contains(&address) {
                    // Over what may lie there again by now: it is the same content.
                    match self.objects.rename(&object.location, &address.path()).await {
                        Ok(()) => swept.put_back += 1,
                        Err(object_store::Error::NotFound { .. }) => {}
                        Err(error) => return Err(FilesError::Store(error).into()),
                    }
                } else if since + grace < now {
                    self.remove(&object.location).await?;
                    swept.removed += 1;
                    swept.bytes += object.size;
                }
            }
        }
        Ok(())
    }
}
