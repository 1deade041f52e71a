//! A content on its way out, whole or a range of it.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStoreExt};

use crate::error::FilesError;
use crate::owner::{Address, AtRest, Owner};
use crate::seal::{
    HEADER, Opening, SEGMENT, clear_length, clear_offset, segment_of, stored_offset,
};
use crate::store::FileStore;

/// How often a reading begins anew because the file was written again meanwhile.
const TRIES: usize = 4;

/// One range of bytes as asked for by HTTP (RFC 9110, section 14.1.2), before the length is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From an offset to the end.
    From(u64),
    /// Between two offsets, both included.
    Between(u64, u64),
    /// So many bytes at the end.
    Last(u64),
}

impl ByteRange {
    /// The value of a `Range` header. `None` when it is to be ignored: another unit, several ranges, or nonsense.
    pub fn parse(header: &str) -> Option<Self> {
        let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u64::MAX))
        };
        match (first.trim(), last.trim()) {
            ("", last) => number(last).map(Self::Last),
            (first, "") => number(first).map(Self::From),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// The bytes meant, in a content of this length.
    ///
    /// # Errors
    /// [`FilesError::RangeNotSatisfiable`] when there are none.
    pub fn within(self, size: u64) -> Result<Range<u64>, FilesError> {
        let range = match self {
            Self::From(first) => first..size,
            Self::Between(first, last) => first..last.saturating_add(1).min(size),
            Self::Last(length) => size.saturating_sub(length)..size,
        };
        if range.is_empty() { Err(FilesError::RangeNotSatisfiable { size }) } else { Ok(range) }
    }
}

/// A content, or a range of it, as it comes.
pub struct Reading {
    /// Length of the whole content.
    pub size: u64,
    /// The bytes that come.
    pub range: Range<u64>,
    /// Them, in pieces of some 64 KiB. An error in the middle means that the rest cannot be had.
    pub bytes: BoxStream<'static, Result<Bytes, FilesError>>,
}

impl Reading {
    /// The same once its first piece has come: what cannot be read at all is known before anything is promised.
    ///
    /// # Errors
    /// As the first piece.
    pub async fn begun(mut self) -> Result<Self, FilesError> {
        if let Some(first) = self.bytes.next().await {
            let first = stream::once(std::future::ready(Ok(first?)));
            self.bytes = first.chain(self.bytes).boxed();
        }
        Ok(self)
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({:?} of {})", self.range, self.size)
    }
}

impl FileStore {
    /// Reads a file, or a range of it. Of a sealed one only the segments that the range lies in are fetched.
    ///
    /// # Errors
    /// [`FilesError::NotFound`], [`FilesError::RangeNotSatisfiable`], [`FilesError::AnothersFile`],
    /// [`FilesError::DoesNotOpen`], or [`FilesError::Store`].
    pub async fn read(
        &self,
        owner: &Owner,
        address: &Address,
        range: Option<ByteRange>,
    ) -> Result<Reading, FilesError> {
        if address.owner() != owner.key_id() {
            return Err(FilesError::AnothersFile);
        }
        let (mut path, mut tries) = (address.path(), 0);
        loop {
            tries += 1;
            let read = match address.at_rest() {
                AtRest::Sealed => self.read_sealed(owner, &path, range).await,
                AtRest::Plain => self.read_plain(&path, range).await,
            };
            match read {
                // Somebody uploaded the same content again, which is then sealed anew.
                Err(FilesError::Store(object_store::Error::Precondition { .. }))
                    if tries < TRIES => {}
                // It may have been set aside, or put back, since it was looked for.
                Err(FilesError::NotFound) if tries < TRIES => {
                    match self.standing_aside(address).await? {
                        Some(aside) => path = aside,
                        None if path == address.path() => return Err(FilesError::NotFound),
                        None => path = address.path(),
                    }
                }
                settled => return settled,
            }
        }
    }

    /// All of a file, if it is not longer than `max_bytes`; for thumbnails and text recognition.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`Refusal::TooLarge`](crate::Refusal::TooLarge).
    pub async fn read_all(
        &self,
        owner: &Owner,
        address: &Address,
        max_bytes: u64,
    ) -> Result<Vec<u8>, FilesError> {
        let reading = self.read(owner, address, None).await?;
        if reading.size > max_bytes {
            return Err(crate::Refusal::TooLarge { max_bytes }.into());
        }
        let content = Vec::with_capacity(usize::try_from(reading.size).unwrap_or(0));
        let gather = |mut all: Vec<u8>, piece: Bytes| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        };
        reading.bytes.try_fold(content, gather).await
    }

    async fn get(
        &self,
        path: &Path,
        range: Range<u64>,
        same_as: Option<&ObjectMeta>,
    ) -> Result<GetResult, FilesError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: same_as.and_then(|meta| meta.e_tag.clone()),
            ..GetOptions::default()
        };
        Ok(self.objects.get_opts(path, options).await?)
    }

    async fn read_plain(
        &self,
        path: &Path,
        range: Option<ByteRange>,
    ) -> Result<Reading, FilesError> {
        let meta = self.objects.head(path).await?;
        let range = match range {
            Some(range) => range.within(meta.size)?,
            None => 0..meta.size,
        };
        let bytes = if range.is_empty() {
            stream::empty().boxed()
        } else {
            let got = self.get(path, range.clone(), Some(&meta)).await?;
            got.into_stream().map_err(FilesError::from).boxed()
        };
        Ok(Reading { size: meta.size, range, bytes })
    }

    async fn read_sealed(
        &self,
        owner: &Owner,
        path: &Path,
        range: Option<ByteRange>,
    ) -> Result<Reading, FilesError> {
        let beginning = self.get(path, 0..HEADER, None).await?;
        let meta = beginning.meta.clone();
        let header = beginning.bytes().await?;
        let size = clear_length(meta.size).ok_or(FilesError::DoesNotOpen)?;
        let range = match range {
            Some(range) => range.within(size)?,
            None => 0..size,
        };
        let first = segment_of(range.start);
        let last = segment_of(range.end.saturating_sub(1));
        let stored = stored_offset(first)..stored_offset(last + 1).min(meta.size);
        let opening = Opening::begin(owner, &header, size, first)?;
        let got = self.get(path, stored, Some(&meta)).await?;
        let wanted =
            Wanted { skip: range.start - clear_offset(first), left: range.end - range.start };
        Ok(Reading { size, range, bytes: opened(got, opening, wanted) })
    }
}

/// What of the opened segments was asked for.
struct Wanted {
    skip: u64,
    left: u64,
}

impl Wanted {
    fn cut(&mut self, segment: Vec<u8>) -> Bytes {
        let bytes = Bytes::from(segment);
        let start = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip = 0;
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - start);
        self.left -= length as u64;
        bytes.slice(start..start + length)
    }
}

fn opened(
    got: GetResult,
    opening: Opening,
    wanted: Wanted,
) -> BoxStream<'static, Result<Bytes, FilesError>> {
    let state = (got.into_stream(), BytesMut::new(), opening, wanted);
    stream::try_unfold(state, |(mut source, mut sealed, mut opening, mut wanted)| async move {
        let full = usize::try_from(SEGMENT).unwrap_or(usize::MAX);
        let mut ended = false;
        while sealed.len() < full && !ended {
            match source.try_next().await? {
                Some(piece) => sealed.extend_from_slice(&piece),
                None => ended = true,
            }
        }
        if sealed.is_empty() {
            // The store ended early: not to be taken for the end of the content.
            return if wanted.left == 0 { Ok(None) } else { Err(FilesError::DoesNotOpen) };
        }
        let segment = sealed.split_to(full.min(sealed.len()));
        let clear = wanted.cut(opening.segment(&segment)?);
        Ok(Some((clear, (source, sealed, opening, wanted))))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_means_what_http_says() {
        let parse = ByteRange::parse;
        assert_eq!(parse("bytes=0-99"), Some(ByteRange::Between(0, 99)));
        assert_eq!(parse("bytes=100-"), Some(ByteRange::From(100)));
        assert_eq!(parse("bytes=-5"), Some(ByteRange::Last(5)));
        assert_eq!(parse("bytes=0-99999999999999999999"), Some(ByteRange::Between(0, u64::MAX)));
        for ignored in
            ["bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=a-b", "bytes=+1-2", ""]
        {
            assert_eq!(parse(ignored), None, "{ignored}");
        }
        assert_eq!(ByteRange::Between(5, u64::MAX).within(10).unwrap(), 5..10);
        assert_eq!(ByteRange::Last(50).within(10).unwrap(), 0..10);
        assert_eq!(ByteRange::From(9).within(10).unwrap(), 9..10);
        for nothing in [ByteRange::From(10), ByteRange::Last(0), ByteRange::Between(10, 20)] {
            assert!(matches!(
                nothing.within(10),
                Err(FilesError::RangeNotSatisfiable { size: 10 })
            ));
        }
    }
}
