//! What the routes of files need: where contents lie, how links to them are signed, and how much is taken.

use std::sync::Arc;
use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};
use domain::{FileId, Timestamp};
use eventstore::Ambient;
use files::{Disposition, FileStore, Link, LinkKey};
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
    /// Texts that this process renders at once: the longest may need several times the 12 MiB of its places.
    pub renderings: Arc<Semaphore>,
}

/// What of a file a link is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its content.
    Content,
    /// Its thumbnail.
    Thumbnail,
}

pub(crate) const CONTENT: Part = Part::Content;
pub(crate) const THUMBNAIL: Part = Part::Thumbnail;

impl Part {
    /// The end of its path, which is what a link is signed for.
    pub(crate) fn target(self, file: &str) -> String {
        match self {
            Self::Content => file.to_owned(),
            Self::Thumbnail => format!("{file}/thumbnail"),
        }
    }
}

impl Files {
    /// A link that needs no sign-in, as a path of this Docket, and until when it is good.
    pub(crate) fn link(
        &self,
        ambient: &Ambient,
        file: FileId,
        part: Part,
        disposition: Disposition,
    ) -> (Timestamp, String) {
        let lifetime = TimeDelta::from_std(self.link_lifetime).unwrap_or(TimeDelta::days(1));
        let expires_at = (ambient.now() + lifetime).trunc_subsecs(0);
        let target = part.target(&file.to_string());
        let query = self.links.sign(&Link { target: &target, disposition, expires_at });
        (expires_at, format!("/api/v1/files/{target}?{query}"))
    }

    /// Whether a path is that of a link which is genuine and good now. Such requests have no sign-in to be counted by.
    pub(crate) fn is_link(&self, ambient: &Ambient, path: &str, query: &str) -> bool {
        let Some(target) = path.strip_prefix("/api/v1/files/") else { return false };
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        let values = (value("disposition"), value("expires"), value("signature"));
        let (Some(disposition), Some(expires), Some(signature)) = values else { return false };
        self.links.verify(target, disposition, expires, signature, ambient.now()).is_ok()
    }
}
