//! A file sealed in segments, so that it is written while it comes and a range of it is opened alone.
//!
//! The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015) over AES-256-GCM: every segment is sealed
//! under a nonce of its number and whether it is the last, so none can be moved, left out or cut off. As in Tink's
//! streaming encryption every file has a key of its own, derived from its owner's key and a random salt.
//!
//! ```text
//! header: "DKF1" ‖ salt (32)
//! then segments: 64 KiB of content (the last one 0 to 64 KiB) ‖ tag (16)
//! ```

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use aes_gcm::Aes256Gcm;
use bytes::BytesMut;

use crate::error::FilesError;
use crate::owner::Owner;

const MAGIC: &[u8; 4] = b"DKF1";
/// Length of the header.
pub(crate) const HEADER: u64 = 36;
const CLEAR: usize = 64 << 10;
const TAG: usize = 16;
/// Length of a full segment as stored.
pub(crate) const SEGMENT: u64 = (CLEAR + TAG) as u64;

fn stream(owner: &Owner, header: &[u8]) -> StreamBE32<Aes256Gcm> {
    // The key is this file's alone, so the nonce has nothing to add.
    StreamBE32::new(&owner.file_key(header).into(), &[0; 7].into())
}

/// Length of the content of a sealed file of this length; `None` when no sealed file has it.
pub(crate) fn clear_length(stored: u64) -> Option<u64> {
    let body = stored.checked_sub(HEADER)?;
    let segments = body.div_ceil(SEGMENT);
    if segments == 0 || segments > u64::from(u32::MAX) {
        return None;
    }
    let clear = body.checked_sub(segments * TAG as u64)?;
    // Only an empty content has an empty segment.
    let last = clear.checked_sub((segments - 1) * CLEAR as u64)?;
    (last > 0 || segments == 1).then_some(clear)
}

/// Number of the segment that this byte of the content lies in.
pub(crate) fn segment_of(offset: u64) -> u64 {
    offset / CLEAR as u64
}

/// Where in the stored file a segment begins.
pub(crate) fn stored_offset(segment: u64) -> u64 {
    HEADER + segment * SEGMENT
}

/// Where in the content a segment begins.
pub(crate) fn clear_offset(segment: u64) -> u64 {
    segment * CLEAR as u64
}

/// Seals a content as it comes.
pub(crate) struct Sealing {
    stream: StreamBE32<Aes256Gcm>,
    position: u32,
    clear: Vec<u8>,
}

impl Sealing {
    /// Begins, and writes the header. `salt` is random and never used again.
    pub(crate) fn begin(owner: &Owner, salt: &[u8; 32], out: &mut BytesMut) -> Self {
        let header = [MAGIC.as_slice(), salt].concat();
        out.extend_from_slice(&header);
        Self { stream: stream(owner, &header), position: 0, clear: Vec::with_capacity(CLEAR) }
    }

    /// The next bytes. A segment is written only when more follows, for the last one is sealed differently.
    pub(crate) fn write(&mut self, mut bytes: &[u8], out: &mut BytesMut) -> Result<(), FilesError> {
        while !bytes.is_empty() {
            if self.clear.len() == CLEAR {
                self.segment(false, out)?;
            }
            let taken = (CLEAR - self.clear.len()).min(bytes.len());
            self.clear.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    /// Writes the last segment.
    pub(crate) fn finish(mut self, out: &mut BytesMut) -> Result<(), FilesError> {
        self.segment(true, out)
    }

    fn segment(&mut self, last: bool, out: &mut BytesMut) -> Result<(), FilesError> {
        self.stream
            .encrypt_in_place(self.position, last, &[], &mut self.clear)
            .map_err(|_| FilesError::DoesNotOpen)?;
        out.extend_from_slice(&self.clear);
        self.clear.clear();
        self.position = self.position.checked_add(1).ok_or(FilesError::DoesNotOpen)?;
        Ok(())
    }
}

/// Opens the segments of a sealed file, beginning with any.
pub(crate) struct Opening {
    stream: StreamBE32<Aes256Gcm>,
    position: u32,
    last: u32,
}

impl Opening {
    /// Opens from the segment `first` on, in a file whose content has `size` bytes.
    pub(crate) fn begin(
        owner: &Owner,
        header: &[u8],
        size: u64,
        first: u64,
    ) -> Result<Self, FilesError> {
        if header.len() as u64 != HEADER || !header.starts_with(MAGIC) {
            return Err(FilesError::DoesNotOpen);
        }
        let number = |n: u64| u32::try_from(n).map_err(|_| FilesError::DoesNotOpen);
        let last = number(segment_of(size.saturating_sub(1)))?;
        Ok(Self { stream: stream(owner, header), position: number(first)?, last })
    }

    /// The content of the next segment.
    pub(crate) fn segment(&mut self, sealed: &[u8]) -> Result<Vec<u8>, FilesError> {
        let is_last = self.position == self.last;
        let mut bytes = sealed.to_vec();
        self.stream
            .decrypt_in_place(self.position, is_last, &[], &mut bytes)
            .map_err(|_| FilesError::DoesNotOpen)?;
        self.position = self.position.saturating_add(1);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn owner() -> Owner {
        Owner::new(Uuid::from_u128(1), &[4; 32])
    }

    fn seal(content: &[u8], piece: usize) -> Vec<u8> {
        let mut out = BytesMut::new();
        let mut sealing = Sealing::begin(&owner(), &[6; 32], &mut out);
        for piece in content.chunks(piece) {
            sealing.write(piece, &mut out).unwrap();
        }
        sealing.finish(&mut out).unwrap();
        out.to_vec()
    }

    fn open(sealed: &[u8], owner: &Owner) -> Result<Vec<u8>, FilesError> {
        let size = clear_length(sealed.len() as u64).ok_or(FilesError::DoesNotOpen)?;
        let (header, body) = sealed.split_at(HEADER as usize);
        let mut opening = Opening::begin(owner, header, size, 0)?;
        let mut content = Vec::new();
        for segment in body.chunks(SEGMENT as usize) {
            content.extend_from_slice(&opening.segment(segment)?);
        }
        Ok(content)
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|n| (n % 251) as u8).collect()
    }

    #[test]
    fn what_is_sealed_opens_whatever_its_length_and_its_pieces() {
        for length in [0, 1, CLEAR - 1, CLEAR, CLEAR + 1, 2 * CLEAR, 3 * CLEAR + 7] {
            let content = content(length);
            let sealed = seal(&content, 1000);
            assert_eq!(sealed, seal(&content, CLEAR * 4));
            assert_eq!(clear_length(sealed.len() as u64), Some(length as u64));
            assert_eq!(open(&sealed, &owner()).unwrap(), content, "{length}");
        }
    }

    #[test]
    fn what_was_changed_moved_or_cut_off_does_not_open() {
        let sealed = seal(&content(3 * CLEAR), 9000);
        for at in [0, 5, 40, 70_000, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&changed, &owner()).is_err(), "{at}");
        }
        let segment = SEGMENT as usize;
        assert!(open(&sealed[..sealed.len() - segment], &owner()).is_err());
        assert!(open(&sealed[..sealed.len() - 1], &owner()).is_err());
        let mut moved = sealed.clone();
        moved[36..36 + 2 * segment].rotate_left(segment);
        assert!(open(&moved, &owner()).is_err());
        assert!(open(&sealed, &Owner::new(Uuid::from_u128(1), &[5; 32])).is_err());
    }

    #[test]
    fn a_segment_opens_alone() {
        let all = content(3 * CLEAR + 9);
        let sealed = seal(&all, 9000);
        let at = stored_offset(2) as usize;
        let mut opening = Opening::begin(&owner(), &sealed[..36], all.len() as u64, 2).unwrap();
        let part = opening.segment(&sealed[at..at + SEGMENT as usize]).unwrap();
        assert_eq!(part, all[clear_offset(2) as usize..][..CLEAR]);
    }
}
