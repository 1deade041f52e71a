//! A content on its way in: looked at, hashed, sealed and stored while it comes.
//!
//! Up to 5 MiB it waits in memory and is written to its address in one go. What is longer goes in parts to a key of its
//! own under `uploads/`; only when all of it has come and was found good does it move to its address. So nothing is
//! ever at an address that is not whole, and memory stays at a few parts whatever the length.

use bytes::BytesMut;
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};

use crate::content_type::ContentType;
use crate::error::FilesError;
use crate::inspect::{Inspector, Terms};
use crate::owner::{Address, AtRest, Owner, mac};
use crate::seal::Sealing;
use crate::store::{FileStore, UPLOADS};
use crate::walk::Dimensions;

/// S3 takes parts from 5 MiB on, and ten thousand of them.
const PART: usize = 5 << 20;

/// Parts on their way at once. One more fills meanwhile, so an upload takes some 10 MiB of memory.
const IN_FLIGHT: usize = 1;

/// From here on, memory for a whole part is taken at once: growing by doubling would take more, and copy.
const SMALL: usize = 256 << 10;

/// Whether an upload brought something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// The owner had no such content.
    New,
    /// The owner had the same content; it is stored once.
    Known,
}

/// A file that is stored, whole and found good.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// Where it lies.
    pub address: Address,
    /// Length of the content in bytes.
    pub size: u64,
    /// SHA-256 of the content. It tells of the content: in events it is personal.
    pub sha256: [u8; 32],
    /// What it is, by its content.
    pub content_type: ContentType,
    /// Size of an image, if it is one that is understood.
    pub dimensions: Option<Dimensions>,
    /// Whether the owner had it already.
    pub novelty: Novelty,
}

/// One upload. Dropped without [`commit`](Self::commit) it leaves nothing, or, if the process is killed, something
/// that [`FileStore::sweep`] finds.
pub struct Upload {
    store: FileStore,
    owner: Owner,
    inspector: Inspector,
    sealing: Option<Sealing>,
    at_rest: AtRest,
    out: BytesMut,
    temporary: Path,
    parts: Option<WriteMultipart>,
}

impl FileStore {
    /// Begins an upload. `seed` is random and never used again.
    pub fn upload(&self, owner: &Owner, terms: Terms, seed: [u8; 32]) -> Upload {
        let at_rest = self.at_rest();
        let mut out = BytesMut::new();
        let sealing = match at_rest {
            AtRest::Sealed => Some(Sealing::begin(owner, &mac(&seed, &[b"salt"]), &mut out)),
            AtRest::Plain => None,
        };
        let temporary = format!("{UPLOADS}/{}", hex::encode(&mac(&seed, &[b"key"])[..16]));
        Upload {
            store: self.clone(),
            owner: owner.clone(),
            inspector: Inspector::new(terms),
            sealing,
            at_rest,
            out,
            temporary: temporary.into(),
            parts: None,
        }
    }
}

impl Upload {
    /// The next bytes, in pieces of any length; a piece of 64 KiB or so is best.
    ///
    /// # Errors
    /// [`FilesError::Refused`] as soon as the beginning shows that the file is not taken, or it is too long;
    /// [`FilesError::Store`] when the store fails. After an error the upload is to be dropped or aborted.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.inspector.feed(bytes)?;
        if self.out.len() >= SMALL && self.out.capacity() < PART {
            self.out.reserve(PART + SMALL - self.out.len());
        }
        match &mut self.sealing {
            Some(sealing) => sealing.write(bytes, &mut self.out)?,
            None => self.out.extend_from_slice(bytes),
        }
        while self.out.len() >= PART {
            self.send_part().await?;
        }
        Ok(())
    }

    /// Ends the upload: looks at all that was found, and puts the file to its address.
    ///
    /// # Errors
    /// [`FilesError::Refused`] when the file is not taken, [`FilesError::Store`] when the store fails; nothing is left
    /// either way.
    pub async fn commit(mut self) -> Result<StoredFile, FilesError> {
        // In a task of its own, so that it goes to its end though the caller is gone: an HTTP server drops a handler
        // whose client hangs up, and what is half moved would stay until the next sweep.
        let task = tokio::spawn(async move {
            match self.settle().await {
                Ok(stored) => Ok(stored),
                Err(error) => {
                    self.abort().await;
                    Err(error)
                }
            }
        });
        task.await.unwrap_or_else(|error| Err(FilesError::Directory(error.into())))
    }

    /// Gives the upload up and waits until what came of it is gone.
    pub async fn abort(mut self) {
        if let Some(parts) = self.parts.take() {
            give_up(parts).await;
        }
    }

    async fn send_part(&mut self) -> Result<(), FilesError> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => {
                let upload = self.store.objects.put_multipart(&self.temporary).await?;
                self.parts.insert(WriteMultipart::new_with_chunk_size(upload, PART))
            }
        };
        parts.wait_for_capacity(IN_FLIGHT).await?;
        parts.put(self.out.split_to(PART).freeze());
        Ok(())
    }

    async fn settle(&mut self) -> Result<StoredFile, FilesError> {
        let nothing = Terms { name: crate::name::FileName::clean(""), max_bytes: 0, max_pixels: 0 };
        let inspector = std::mem::replace(&mut self.inspector, Inspector::new(nothing));
        let found = inspector.finish()?;
        if let Some(sealing) = self.sealing.take() {
            sealing.finish(&mut self.out)?;
        }
        let address = self.owner.address(&found.sha256, self.at_rest);
        let path = address.path();
        let novelty = match self.store.objects.head(&path).await {
            Ok(_) => Novelty::Known,
            Err(object_store::Error::NotFound { .. }) => Novelty::New,
            Err(error) => return Err(error.into()),
        };
        // A known content is written again all the same: it is young then, and no sweep that has just found that nobody
        // refers to it takes it away from under the one who will.
        let rest = self.out.split().freeze();
        match self.parts.take() {
            None => {
                self.store.objects.put(&path, rest.into()).await?;
            }
            Some(mut parts) => {
                parts.put(rest);
                parts.finish().await?;
                if let Err(error) = self.store.objects.rename(&self.temporary, &path).await {
                    drop(self.store.objects.delete(&self.temporary).await);
                    return Err(error.into());
                }
            }
        }
        Ok(StoredFile {
            address,
            size: found.size,
            sha256: found.sha256,
            content_type: found.content_type,
            dimensions: found.dimensions,
            novelty,
        })
    }
}

async fn give_up(mut parts: WriteMultipart) {
    // A part that is still on its way could arrive after the word that it is not wanted, and stay. Whether it arrives
    // matters no more; and what stays when giving up fails, the sweeper finds.
    drop(parts.wait_for_capacity(1).await);
    drop(parts.abort().await);
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let (Some(parts), Ok(runtime)) =
            (self.parts.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(give_up(parts));
        }
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({})", self.temporary)
    }
}
