//! Stores to try things on: a directory and a bucket of an S3 server in this process, sealed and plain.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]
#![allow(dead_code, clippy::allow_attributes, reason = "each program needs a part of it")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use files::{
    Address, AtRest, ByteRange, FileName, FileStore, FilesError, Owner, S3Settings, StoredFile,
    Terms,
};
use futures_util::TryStreamExt;
use tempfile::TempDir;
use test_support::{TestS3, files_below};
use uuid::Uuid;

/// A store with the directory that is behind it in the end.
pub struct Scene {
    pub name: &'static str,
    pub store: FileStore,
    pub directory: TempDir,
    pub settings: Option<S3Settings>,
}

impl Scene {
    /// A store in a directory.
    pub fn local(at_rest: AtRest) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = FileStore::local(directory.path(), at_rest).unwrap();
        Self { name: "local", store, directory, settings: None }
    }

    /// A store in a bucket of a server of its own.
    pub async fn s3(at_rest: AtRest) -> Self {
        let TestS3 { endpoint, directory } = TestS3::start("docket").await;
        let settings = S3Settings {
            endpoint: Some(endpoint),
            region: "us-east-1".into(),
            bucket: "docket".into(),
            access_key_id: TestS3::ACCESS_KEY_ID.into(),
            secret_access_key: TestS3::SECRET_ACCESS_KEY.into(),
        };
        let store = FileStore::s3(&settings, at_rest).unwrap();
        Self { name: "s3", store, directory, settings: Some(settings) }
    }

    /// Every file that lies in the directory, with its content.
    pub fn on_disk(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = files_below(self.directory.path());
        found.retain(|(path, _)| !path.to_string_lossy().contains(".s3s-fs"));
        // The server's notes on objects.
        found.retain(|(path, _)| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            !(name.starts_with(".bucket-") || name.starts_with(".upload-"))
        });
        found
    }
}

/// All four kinds of store.
pub async fn everywhere() -> Vec<Scene> {
    vec![
        Scene::local(AtRest::Sealed),
        Scene::local(AtRest::Plain),
        Scene::s3(AtRest::Sealed).await,
        Scene::s3(AtRest::Plain).await,
    ]
}

/// An owner with a key of their own.
pub fn owner(n: u8) -> Owner {
    Owner::new(Uuid::from_u128(u128::from(n)), &[n; 32])
}

/// Terms that a file of this name is taken on.
pub fn terms(name: &str) -> Terms {
    Terms { name: FileName::clean(name), max_bytes: 300 << 20, max_pixels: 100_000_000 }
}

/// Bytes that were not given out before.
pub fn seed() -> [u8; 32] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    seed
}

/// Bytes that look like nothing and are the same each time; other ones for another `salt`.
pub fn noise(length: usize, salt: u64) -> Vec<u8> {
    let mut state = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    // Not by chance the beginning of something.
    if let Some(first) = bytes.first_mut() {
        *first = 0;
    }
    bytes
}

/// Uploads it in pieces of 64 KiB.
pub async fn upload(
    scene: &Scene,
    owner: &Owner,
    name: &str,
    content: &[u8],
) -> Result<StoredFile, FilesError> {
    let mut upload = scene.store.upload(owner, terms(name), seed());
    for piece in content.chunks(64 << 10) {
        if let Err(error) = upload.write(piece).await {
            upload.abort().await;
            return Err(error);
        }
    }
    upload.commit().await
}

/// Reads it as the owner of this number; what comes is as long as was promised.
pub async fn read(
    scene: &Scene,
    n: u8,
    address: &Address,
    range: Option<ByteRange>,
) -> Result<Vec<u8>, FilesError> {
    let reading = scene.store.read(&owner(n), address, range).await?;
    let length = reading.range.end - reading.range.start;
    let bytes: Vec<u8> = reading.bytes.map_ok(|piece| piece.to_vec()).try_concat().await?;
    assert_eq!(bytes.len() as u64, length);
    Ok(bytes)
}

/// An hour.
pub const HOUR: Duration = Duration::from_secs(3600);

/// Some time after everything on this disk was written.
pub fn later(by: Duration) -> DateTime<Utc> {
    #[expect(
        clippy::disallowed_methods,
        reason = "files are as old as the clock of the machine says"
    )]
    let now = SystemTime::now();
    (now + by).into()
}
