//! Taking files away: those of a person who is forgotten, and those that nobody refers to.
//!
//! A file is stored before the event that names it is appended, so a crash between the two leaves a file without an
//! event. And no command deletes a file: the owner may have the same content elsewhere, or be about to. What is not
//! referred to is found here, once it is older than a grace that any upload and its event fit into, and is set
//! [aside](crate::aside) for another grace.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::future::Future;
use std::path::{Path as Directory, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use futures_util::stream::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};
use uuid::Uuid;

use crate::aside::ASIDE;
use crate::error::FilesError;
use crate::owner::{Address, FILES};
use crate::store::{FileStore, UPLOADS};

/// How many addresses are asked about at once.
pub(crate) const BATCH: usize = 500;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that were looked at.
    pub files: u64,
    /// Of them set aside, as nobody referred to them.
    pub unreferenced: u64,
    /// Files put back that stood aside, as somebody refers to them after all.
    pub put_back: u64,
    /// Files removed that had stood aside for a grace.
    pub removed: u64,
    /// Uploads removed that were never completed.
    pub abandoned: u64,
    /// Bytes that were freed by removing both, as they were stored.
    pub bytes: u64,
}

/// What was removed of an owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Files.
    pub files: u64,
    /// Their bytes, as they were stored.
    pub bytes: u64,
}

impl std::ops::AddAssign for Erased {
    fn add_assign(&mut self, more: Self) {
        self.files += more.files;
        self.bytes += more.bytes;
    }
}

/// Why a sweep ended early. What it had removed by then is removed.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The files.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// Whoever was asked for the references.
    #[error("the references could not be looked up")]
    References(#[source] Box<dyn Error + Send + Sync>),
}

impl FileStore {
    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`FilesError::Store`] when it may still be there.
    pub async fn delete(&self, address: &Address) -> Result<(), FilesError> {
        self.remove(&address.path()).await
    }

    /// Removes all files of an owner, whatever refers to them, and tells what there was. An upload that was under
    /// way meanwhile may still arrive: erase again once its grace is over ([`owners`](Self::owners) tells whom).
    ///
    /// # Errors
    /// [`FilesError::Store`] when some may still be there: erase again.
    pub async fn erase_owner(&self, key_id: Uuid) -> Result<Erased, FilesError> {
        let mut erased = Erased::default();
        // First what stands aside, as it could be put back.
        for folder in [ASIDE, FILES] {
            let prefix: Path = format!("{folder}/{key_id}").into();
            loop {
                let listed: Vec<ObjectMeta> =
                    self.objects.list(Some(&prefix)).take(BATCH).try_collect().await?;
                if listed.is_empty() {
                    break;
                }
                for object in listed {
                    self.remove(&object.location).await?;
                    erased += Erased { files: 1, bytes: object.size };
                }
            }
        }
        for root in self.directories() {
            match tokio::fs::remove_dir_all(root.join(key_id.to_string())).await {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(FilesError::Directory(error)),
            }
        }
        Ok(erased)
    }

    /// The key ids of all owners who have files. Those whose key is gone are to be erased.
    ///
    /// # Errors
    /// [`FilesError::Store`].
    pub async fn owners(&self) -> Result<Vec<Uuid>, FilesError> {
        let id = |prefix: &Path| -> Option<Uuid> { prefix.filename()?.parse().ok() };
        let mut owners = BTreeSet::new();
        for folder in [FILES, ASIDE] {
            let listed = self.objects.list_with_delimiter(Some(&folder.into())).await?;
            owners.extend(listed.common_prefixes.iter().filter_map(id));
        }
        Ok(owners.into_iter().collect())
    }

    /// Takes away what is older than `grace` and nobody needs: uploads that were never completed, and files that
    /// `referenced` does not return. It is asked about up to 500 addresses at a time and returns those that an event,
    /// as far as the log goes **now**, refers to; asked of a view, it must first wait for the view to have caught up.
    ///
    /// Files are set aside, where they can still be read; what nobody has come to refer to within another grace is
    /// removed by a later sweep, the rest put back. So a content that is uploaded again while it is swept is not lost,
    /// as long as an upload and its event take less than the grace together.
    ///
    /// On S3, parts of uploads that were broken off are not listed; a life-cycle rule of the bucket removes them
    /// (`AbortIncompleteMultipartUpload`; MinIO does it by itself after a day).
    ///
    /// # Errors
    /// [`SweepError`], with what was done until then done.
    pub async fn sweep<F, Asked>(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        mut referenced: F,
    ) -> Result<Swept, SweepError>
    where
        F: FnMut(Vec<Address>) -> Asked,
        Asked: Future<Output = Result<HashSet<Address>, Box<dyn Error + Send + Sync>>>,
    {
        let old = |object: &ObjectMeta| object.last_modified + grace < now;
        let mut swept = self.sweep_leftovers(now, grace).await?;
        let mut uploads = self.objects.list(Some(&UPLOADS.into()));
        while let Some(object) = uploads.try_next().await.map_err(FilesError::from)? {
            if old(&object) {
                self.remove(&object.location).await?;
                swept.abandoned += 1;
                swept.bytes += object.size;
            }
        }
        let prefix: Path = FILES.into();
        let mut batches = self.objects.list(Some(&prefix)).try_chunks(BATCH);
        while let Some(batch) = batches.try_next().await.map_err(|e| FilesError::from(e.1))? {
            swept.files += batch.len() as u64;
            let addresses: Vec<Address> = batch
                .iter()
                .filter(|object| old(object))
                .filter_map(|object| Address::of_path(&object.location))
                .collect();
            if addresses.is_empty() {
                continue;
            }
            let kept = referenced(addresses.clone()).await.map_err(SweepError::References)?;
            for address in addresses.iter().filter(|address| !kept.contains(address)) {
                self.set_aside(address, now).await?;
                swept.unreferenced += 1;
            }
        }
        self.look_aside(now, grace, &mut referenced, &mut swept).await?;
        Ok(swept)
    }

    pub(crate) async fn remove(&self, path: &Path) -> Result<(), FilesError> {
        match self.objects.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Files that the local store was writing when the process was killed: it marks them with `#` and does not list them.
    async fn sweep_leftovers(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
    ) -> Result<Swept, FilesError> {
        let mut swept = Swept::default();
        let Some(before) = SystemTime::from(now).checked_sub(grace) else { return Ok(swept) };
        let directories = self.directories();
        let walk = move || {
            for directory in directories {
                remove_leftovers(&directory, before, &mut swept)?;
            }
            Ok(swept)
        };
        let walked = tokio::task::spawn_blocking(walk).await;
        walked.map_err(|error| FilesError::Directory(error.into()))?.map_err(FilesError::Directory)
    }
}

fn remove_leftovers(
    directory: &Directory,
    before: SystemTime,
    swept: &mut Swept,
) -> std::io::Result<()> {
    let mut open: Vec<PathBuf> = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let meta = match entry.metadata() {
                Ok(meta) => meta,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if meta.is_dir() {
                open.push(entry.path());
            } else if entry.file_name().to_string_lossy().contains('#') && meta.modified()? < before
            {
                std::fs::remove_file(entry.path())?;
                swept.abandoned += 1;
                swept.bytes += meta.len();
            }
        }
    }
    Ok(())
}
