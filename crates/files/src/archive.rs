//! What a ZIP says about itself, read from its directory, which stands at its end. Nothing is unpacked.
//!
//! Source: APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.3.16. An archive with 2^16 files or 4 GiB (ZIP64) is refused as too
//! much, so only the plain records are read.

use crate::content_type::{ContentType, PROGRAM, ZIP};
use crate::error::Refusal;

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;

/// The longest comment that may follow the directory.
const MAX_COMMENT: usize = 65_535;

/// Compressed text reaches 1:20, deflate at its best 1:1032.
const MAX_RATIO: u64 = 200;

/// Below this, any ratio is harmless.
const SMALL: u64 = 32 << 20;

/// More than this no honest attachment unpacks to.
const MAX_UNPACKED: u64 = 8 << 30;

/// Where in the last bytes of a file the record is that ends a ZIP, if the file could be opened as one.
pub(crate) fn end_record(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LENGTH)?;
    let first = last.saturating_sub(MAX_COMMENT);
    (first..=last).rev().find(|at| {
        let record = &tail[*at..];
        record.starts_with(END) && u32_at(record, 12) > 0 && u32_at(record, 16) != 0
    })
}

/// What the archive holds, by its directory; `tail` is the end of the file, `size` the length of all of it.
///
/// # Errors
/// [`Refusal::ArchiveBomb`] when it unpacks to too much, or its directory is damaged or not within the tail;
/// [`Refusal::Executable`] when it is a program that comes as a ZIP.
pub(crate) fn look_into(tail: &[u8], size: u64) -> Result<ContentType, Refusal> {
    let bomb = Refusal::ArchiveBomb;
    if tail.starts_with(END) && tail.len() as u64 == size {
        // An empty archive.
        return Ok(ZIP);
    }
    let at = end_record(tail).ok_or(bomb.clone())?;
    let record = &tail[at..];
    let count = usize::from(u16_at(record, 10));
    let length = u32_at(record, 12) as usize;
    let directory = at.checked_sub(length).ok_or(bomb.clone())?;
    let mut rest = &tail[directory..at];
    let (mut unpacked, mut packed) = (0_u64, 0_u64);
    let mut found = Contents::default();
    for _ in 0..count {
        if rest.len() < ENTRY_LENGTH || !rest.starts_with(ENTRY) {
            return Err(bomb);
        }
        packed += u64::from(u32_at(rest, 20));
        unpacked += u64::from(u32_at(rest, 24));
        let name = usize::from(u16_at(rest, 28));
        let more = usize::from(u16_at(rest, 30)) + usize::from(u16_at(rest, 32));
        let end = ENTRY_LENGTH + name;
        found.note(rest.get(ENTRY_LENGTH..end).ok_or(bomb.clone())?);
        rest = rest.get(end + more..).ok_or(bomb.clone())?;
    }
    // Files that lie over each other say more than there is room for.
    let overlap = packed > size;
    if overlap || unpacked > MAX_UNPACKED || unpacked > SMALL && unpacked / size.max(1) > MAX_RATIO
    {
        return Err(bomb);
    }
    Ok(found.content_type())
}

/// Names of files in the archive that tell what it is.
#[derive(Default)]
struct Contents {
    office_types: bool,
    word: bool,
    sheet: bool,
    slides: bool,
    manifest: bool,
    android: bool,
}

impl Contents {
    fn note(&mut self, name: &[u8]) {
        self.office_types |= name == b"[Content_Types].xml";
        self.word |= name == b"word/document.xml";
        self.sheet |= name == b"xl/workbook.xml" || name == b"xl/workbook.bin";
        self.slides |= name == b"ppt/presentation.xml";
        self.manifest |= name.eq_ignore_ascii_case(b"META-INF/MANIFEST.MF");
        self.android |= name == b"AndroidManifest.xml";
    }

    fn content_type(&self) -> ContentType {
        const OFFICE: &str = "application/vnd.openxmlformats-officedocument.";
        let office = |rest: &str| ContentType::from_mime(&format!("{OFFICE}{rest}"));
        if self.manifest || self.android {
            PROGRAM
        } else if self.office_types && self.word {
            office("wordprocessingml.document")
        } else if self.office_types && self.sheet {
            office("spreadsheetml.sheet")
        } else if self.office_types && self.slides {
            office("presentationml.presentation")
        } else {
            ZIP
        }
    }
}

/// The type that an OpenDocument file names in its first member, which is stored as it is.
pub(crate) fn open_document(head: &[u8]) -> Option<ContentType> {
    let member = head.get(30..).filter(|_| head.starts_with(b"PK\x03\x04"))?;
    let named = member.strip_prefix(b"mimetype")?;
    let text = &named[..named.len().min(80)];
    ["spreadsheet", "presentation", "text"].into_iter().find_map(|what| {
        let mime = format!("application/vnd.oasis.opendocument.{what}");
        text.starts_with(mime.as_bytes()).then(|| ContentType::from_mime(&mime))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A ZIP whose directory tells of these files: name, packed and unpacked length. The packed data are zeros.
    pub(crate) fn zip(files: &[(&str, u32, u32)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut directory = Vec::new();
        for (name, packed, unpacked) in files {
            let at = u32::try_from(bytes.len()).unwrap();
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            common.extend_from_slice(&packed.to_le_bytes());
            common.extend_from_slice(&unpacked.to_le_bytes());
            common.extend_from_slice(&length);
            common.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(b"PK\x03\x04");
            bytes.extend_from_slice(&common);
            bytes.extend_from_slice(name.as_bytes());
            bytes.resize(bytes.len() + *packed as usize, 0);
            directory.extend_from_slice(b"PK\x01\x02\x14\0");
            directory.extend_from_slice(&common);
            directory.extend_from_slice(&[0; 10]);
            directory.extend_from_slice(&at.to_le_bytes());
            directory.extend_from_slice(name.as_bytes());
        }
        let count = u16::try_from(files.len()).unwrap().to_le_bytes();
        let at = u32::try_from(bytes.len()).unwrap();
        let length = u32::try_from(directory.len()).unwrap();
        bytes.extend_from_slice(&directory);
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        bytes.extend_from_slice(&count);
        bytes.extend_from_slice(&count);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&at.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }

    fn look(files: &[(&str, u32, u32)]) -> Result<&'static str, Refusal> {
        let bytes = zip(files);
        look_into(&bytes, bytes.len() as u64).map(|found| found.mime)
    }

    #[test]
    fn an_archive_is_known_by_what_is_in_it() {
        assert_eq!(look(&[("a.txt", 10, 30)]), Ok("application/zip"));
        let docx = [("[Content_Types].xml", 10, 30), ("word/document.xml", 10, 40)];
        assert!(look(&docx).unwrap().ends_with("wordprocessingml.document"));
        let xlsx = [("[Content_Types].xml", 10, 30), ("xl/workbook.xml", 10, 40)];
        assert!(look(&xlsx).unwrap().ends_with("spreadsheetml.sheet"));
        assert_eq!(look(&[("META-INF/MANIFEST.MF", 1, 1)]), Ok("application/x-executable"));
        assert_eq!(look(&[("AndroidManifest.xml", 1, 1)]), Ok("application/x-executable"));
    }

    #[test]
    fn an_archive_that_unpacks_to_far_too_much_is_refused() {
        assert_eq!(look(&[("a", 1000, 1000 * 1000)]), Ok("application/zip"));
        assert_eq!(look(&[("a", 1000, 1 << 30)]), Err(Refusal::ArchiveBomb));
        assert_eq!(
            look(&[("a", 1000, u32::MAX), ("b", 1000, u32::MAX)]),
            Err(Refusal::ArchiveBomb)
        );
    }

    #[test]
    fn an_archive_that_does_not_hold_together_is_refused() {
        let whole = zip(&[("a.txt", 100, 300), ("b.txt", 100, 300)]);
        for end in [whole.len() - 1, whole.len() - 30, 100] {
            assert_eq!(look_into(&whole[..end], end as u64), Err(Refusal::ArchiveBomb));
        }
        let mut overlapping = whole.clone();
        let entry = overlapping.windows(4).position(|part| part == ENTRY).unwrap();
        overlapping[entry + 20..entry + 24].copy_from_slice(&5000_u32.to_le_bytes());
        let size = overlapping.len() as u64;
        assert_eq!(look_into(&overlapping, size), Err(Refusal::ArchiveBomb));
    }

    #[test]
    fn an_open_document_says_what_it_is() {
        let mut head = b"PK\x03\x04".to_vec();
        head.resize(30, 0);
        head.extend_from_slice(b"mimetypeapplication/vnd.oasis.opendocument.textPK");
        assert_eq!(open_document(&head).unwrap().mime, "application/vnd.oasis.opendocument.text");
        assert_eq!(open_document(b"PK\x03\x04"), None);
    }
}
