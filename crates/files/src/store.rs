//! Where files lie: a directory, or a bucket of something that speaks S3.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::local::LocalFileSystem;
use object_store::signer::{Method, SignedUrlOptions, Signer};
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};

use crate::aside::ASIDE;
use crate::delivery::Delivery;
use crate::error::FilesError;
use crate::owner::{Address, AtRest, FILES, Owner};
use crate::seal::Sealing;

/// Where uploads lie until they are complete.
pub(crate) const UPLOADS: &str = "uploads";

/// A bucket and how to reach it.
#[derive(Clone)]
pub struct S3Settings {
    /// Address of the service, like `http://minio:9000`; none for Amazon's own.
    pub endpoint: Option<String>,
    /// Its region; most others than Amazon take any.
    pub region: String,
    /// Name of the bucket, which must be there.
    pub bucket: String,
    /// Access key.
    pub access_key_id: String,
    /// Secret of the access key.
    pub secret_access_key: String,
}

impl std::fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Settings")
            .field("endpoint", &self.endpoint)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// All files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FileStore {
    pub(crate) objects: Arc<dyn ObjectStore>,
    place: Place,
    at_rest: AtRest,
}

#[derive(Clone, Debug)]
enum Place {
    Directory(PathBuf),
    Bucket(Arc<AmazonS3>),
}

impl FileStore {
    /// Files in a directory, which is made if it is not there.
    ///
    /// # Errors
    /// [`FilesError::Directory`] or [`FilesError::Store`] when it cannot be made or used.
    pub fn local(directory: &std::path::Path, at_rest: AtRest) -> Result<Self, FilesError> {
        // Nobody else on the machine needs to look into it.
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(FilesError::Directory)?;
        let directory = directory.canonicalize().map_err(FilesError::Directory)?;
        // What was acknowledged must outlive a power cut: the event that names the file does.
        let objects = LocalFileSystem::new_with_prefix(&directory)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), place: Place::Directory(directory), at_rest })
    }

    /// Files in a bucket. Says nothing of whether the bucket can be reached: see [`probe`](Self::probe).
    ///
    /// # Errors
    /// [`FilesError::Store`] when the settings contradict themselves.
    pub fn s3(settings: &S3Settings, at_rest: AtRest) -> Result<Self, FilesError> {
        let retry = RetryConfig {
            max_retries: 4,
            retry_timeout: Duration::from_secs(30),
            ..RetryConfig::default()
        };
        let client = ClientOptions::new()
            .with_allow_http(true)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(120));
        let mut builder = AmazonS3Builder::new()
            .with_client_options(client)
            .with_retry(retry)
            .with_region(&settings.region)
            .with_bucket_name(&settings.bucket)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(&settings.secret_access_key);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        let bucket = Arc::new(builder.build()?);
        Ok(Self { objects: bucket.clone(), place: Place::Bucket(bucket), at_rest })
    }

    /// How uploads are kept, unless told otherwise.
    pub fn at_rest(&self) -> AtRest {
        self.at_rest
    }

    /// Whether the store answers; for a health check.
    ///
    /// # Errors
    /// [`FilesError::Store`] or [`FilesError::Directory`] with what it says.
    pub async fn probe(&self) -> Result<(), FilesError> {
        match &self.place {
            Place::Directory(directory) => {
                tokio::fs::metadata(directory).await.map(|_| ()).map_err(FilesError::Directory)
            }
            // A list, as a bucket that is not there has no objects that could be asked for either.
            Place::Bucket(bucket) => match bucket.list(Some(&"probe".into())).next().await {
                Some(Ok(_)) | None => Ok(()),
                Some(Err(error)) => Err(FilesError::Store(error)),
            },
        }
    }

    /// Keeps what Docket made itself (a thumbnail, a payload too large for its event) without looking into it.
    /// `salt` is random and never used again.
    ///
    /// # Errors
    /// [`FilesError::Store`] when the store fails; then nothing is kept.
    pub async fn put(
        &self,
        owner: &Owner,
        content: &[u8],
        at_rest: AtRest,
        salt: [u8; 32],
    ) -> Result<Address, FilesError> {
        let address = owner.address(&Sha256::digest(content).into(), at_rest);
        let stored = match at_rest {
            AtRest::Sealed => {
                let mut out = BytesMut::with_capacity(content.len() + 1024);
                let mut sealing = Sealing::begin(owner, &salt, &mut out);
                sealing.write(content, &mut out)?;
                sealing.finish(&mut out)?;
                out.freeze()
            }
            AtRest::Plain => Bytes::copy_from_slice(content),
        };
        self.objects.put(&address.path(), stored.into()).await?;
        Ok(address)
    }

    /// A link straight to the store, valid for `valid_for` (a week at most) from now by the clock of this machine;
    /// `None` when only Docket can deliver the file: it lies in a directory, or is sealed. The file is looked for first,
    /// as the store would tell of a missing one in words of its own.
    ///
    /// The headers of the delivery are signed into the link, so that nobody can make it show what it should save.
    ///
    /// # Errors
    /// [`FilesError::NotFound`] when there is no such file, [`FilesError::Store`] when the store fails.
    pub async fn presigned(
        &self,
        address: &Address,
        delivery: &Delivery,
        valid_for: Duration,
    ) -> Result<Option<String>, FilesError> {
        match (&self.place, address.at_rest()) {
            (Place::Bucket(bucket), AtRest::Plain) => {
                let options = SignedUrlOptions::default().with_query([
                    ("response-content-disposition", delivery.content_disposition.as_str()),
                    ("response-content-type", delivery.content_type.as_str()),
                    ("response-cache-control", "private, no-store"),
                ]);
                let path = match bucket.head(&address.path()).await {
                    Ok(_) => address.path(),
                    Err(object_store::Error::NotFound { .. }) => {
                        self.standing_aside(address).await?.ok_or(FilesError::NotFound)?
                    }
                    Err(error) => return Err(error.into()),
                };
                let url = bucket.signed_url_opts(Method::GET, &path, valid_for, &options).await?;
                Ok(Some(url.into()))
            }
            (Place::Bucket(_), AtRest::Sealed) | (Place::Directory(_), _) => Ok(None),
        }
    }

    /// The directories of a local store that may hold leftovers of a crash, which the object store does not list.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        match &self.place {
            Place::Directory(root) => vec![root.join(UPLOADS), root.join(FILES), root.join(ASIDE)],
            Place::Bucket(_) => Vec::new(),
        }
    }
}
