//! Where files lie, and how much is taken.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use files::{AtRest, S3Settings};

use super::Reader;

/// With it there is a bucket.
const BUCKET: &str = "files.s3.bucket";

/// What is set about files.
#[derive(Debug, Clone)]
pub struct FilesSettings {
    /// Where they lie.
    pub place: FilesPlace,
    /// How uploads lie there.
    pub keep: AtRest,
    /// The largest file that is taken, in bytes.
    pub max_file_bytes: u64,
    /// The most pixels that an image may have.
    pub max_image_pixels: u64,
    /// Uploads that this process takes in at once.
    pub max_uploads: usize,
    /// How long a link to a file is good.
    pub link_lifetime: Duration,
    /// What nobody refers to is taken away when it is so old.
    pub sweep_grace: Duration,
}

/// Where files lie.
#[derive(Debug, Clone)]
pub enum FilesPlace {
    /// In this directory.
    Directory(PathBuf),
    /// In a bucket that all processes share.
    Bucket(S3Settings),
}

pub(super) fn read(read: &Reader<'_>, data_dir: &Path) -> Result<FilesSettings> {
    let place = place(read, data_dir)?;
    let keep = read.parsed("files.keep", keep)?.unwrap_or(match place {
        FilesPlace::Directory(_) => AtRest::Sealed,
        // The bucket can deliver it by itself.
        FilesPlace::Bucket(_) => AtRest::Plain,
    });
    let max_uploads: u16 = read.positive("files.max_uploads")?;
    Ok(FilesSettings {
        place,
        keep,
        max_file_bytes: read.bytes("files.max_file_bytes")?,
        max_image_pixels: read.positive("files.max_image_pixels")?,
        max_uploads: max_uploads.into(),
        link_lifetime: read.at_least("files.link_lifetime", Duration::from_secs(1))?,
        // An upload of the largest file over a poor line takes its time.
        sweep_grace: read.at_least("files.sweep_grace", Duration::from_secs(3600))?,
    })
}

fn place(read: &Reader<'_>, data_dir: &Path) -> Result<FilesPlace> {
    let Some(bucket) = read.text(BUCKET) else {
        let others = ["files.s3.endpoint", "files.s3.access_key_id", "files.s3.secret_access_key"];
        return match others.into_iter().find(|key| read.text(key).is_some()) {
            Some(key) => Err(read.at(key, &anyhow!("`{BUCKET}` has to be set as well"))),
            None => {
                let directory = read.text("files.directory").map(PathBuf::from);
                Ok(FilesPlace::Directory(directory.unwrap_or_else(|| data_dir.join("files"))))
            }
        };
    };
    if read.text("files.directory").is_some() {
        return Err(read.at("files.directory", &anyhow!("`{BUCKET}` is set as well; keep one")));
    }
    let needed = |key| {
        let missing = || read.at(BUCKET, &anyhow!("`{key}` has to be set as well"));
        read.text(key).ok_or_else(missing)
    };
    Ok(FilesPlace::Bucket(S3Settings {
        endpoint: read.parsed("files.s3.endpoint", super::http_url)?,
        region: read.text("files.s3.region").unwrap_or_default(),
        access_key_id: needed("files.s3.access_key_id")?,
        secret_access_key: needed("files.s3.secret_access_key")?,
        bucket,
    }))
}

fn keep(text: &str) -> Result<AtRest> {
    Ok(match text {
        "sealed" => AtRest::Sealed,
        "plain" => AtRest::Plain,
        _ => bail!("{text:?} is neither sealed nor plain"),
    })
}
