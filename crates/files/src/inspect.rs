//! Looks at a content while it streams past, keeping a few kilobytes of its head and a megabyte of its tail.

use sha2::{Digest, Sha256};

use crate::archive;
use crate::content_type::{ContentType, Kind, ZIP, detect};
use crate::error::Refusal;
use crate::name::FileName;
use crate::walk::{Dimensions, Ending, Walk};

/// Enough for every signature, and for the first tags of a page.
const HEAD: usize = 8 << 10;

/// Holds the directory of some ten thousand files in an archive, and the longest comment behind one.
const TAIL: usize = 1 << 20;

/// The longest of [`PAGES`]: with the byte behind it, so much less one may lie across two pieces.
const OVERLAP: usize = 14;

/// A browser, or a server that runs what it finds, would begin here, if a space, `/` or `>` follows. Without that, one
/// photograph of five megabytes in ten thousand would have such bytes by chance.
const PAGES: [&[u8]; 4] = [b"<html", b"<script", b"<!doctype html", b"<?php"];

/// What is asked of a file.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Its name, cleaned.
    pub name: FileName,
    /// At most so many bytes.
    pub max_bytes: u64,
    /// At most so many pixels, if it is an image.
    pub max_pixels: u64,
}

/// What a content turned out to be.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) content_type: ContentType,
    pub(crate) dimensions: Option<Dimensions>,
}

/// One content on its way.
pub(crate) struct Inspector {
    terms: Terms,
    size: u64,
    hash: Sha256,
    head: Vec<u8>,
    tail: Vec<u8>,
    /// Known once the head is full.
    found: Option<ContentType>,
    walk: Option<Walk>,
    /// The end of the last piece, in lower case, and what was found in all of them.
    seam: Vec<u8>,
    page: bool,
}

impl Inspector {
    pub(crate) fn new(terms: Terms) -> Self {
        Self {
            terms,
            size: 0,
            hash: Sha256::new(),
            head: Vec::new(),
            tail: Vec::new(),
            found: None,
            walk: None,
            seam: Vec::new(),
            page: false,
        }
    }

    /// The next bytes. Whatever can be told from the beginning is told at once, so that nobody sends 200 MB in vain.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.size += bytes.len() as u64;
        if self.size > self.terms.max_bytes {
            return Err(Refusal::TooLarge { max_bytes: self.terms.max_bytes });
        }
        self.hash.update(bytes);
        self.keep_tail(bytes);
        if self.found.is_some() {
            return self.follow(bytes);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() >= HEAD { self.recognise() } else { Ok(()) }
    }

    /// What it is, now that all of it has passed.
    pub(crate) fn finish(mut self) -> Result<Findings, Refusal> {
        if self.size == 0 {
            return Err(Refusal::Empty);
        }
        if self.found.is_none() {
            self.recognise()?;
        }
        let mut found = self.found.unwrap_or(crate::content_type::OCTETS);
        if found == ZIP {
            found = archive::look_into(&self.tail, self.size)?;
            if found == ZIP {
                found = archive::open_document(&self.head).unwrap_or(ZIP);
            }
        }
        let content_type = ContentType::agree(found, &self.terms.name)?;
        let dimensions = self.image_is_whole()?;
        if matches!(content_type.kind, Kind::Image | Kind::Pdf | Kind::Audio | Kind::Video)
            && archive::end_record(&self.tail).is_some()
        {
            return Err(Refusal::Hidden { what: "an archive" });
        }
        let sha256 = self.hash.finalize().into();
        Ok(Findings { size: self.size, sha256, content_type, dimensions })
    }

    fn recognise(&mut self) -> Result<(), Refusal> {
        let found = detect(&self.head[..self.head.len().min(HEAD)]);
        self.found = Some(found);
        // What a ZIP really is, only its end tells.
        if found != ZIP || ContentType::promised_by(&self.terms.name).is_some_and(not_archive) {
            ContentType::agree(found, &self.terms.name)?;
        }
        let beginning = &self.head[..self.head.len().min(1024)];
        if found.kind == Kind::Image && beginning.windows(5).any(|part| part == b"%PDF-") {
            return Err(Refusal::Hidden { what: "a PDF" });
        }
        self.walk = Walk::along(found.mime);
        let head = std::mem::take(&mut self.head);
        self.follow(&head)?;
        self.head = head;
        self.head.truncate(HEAD);
        Ok(())
    }

    fn follow(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.found.is_some_and(|found| found.kind == Kind::Image) {
            self.look_for_pages(bytes);
            if self.page {
                return Err(Refusal::Hidden { what: "a web page or script" });
            }
        }
        let Some(walk) = &mut self.walk else { return Ok(()) };
        walk.feed(bytes);
        match walk.dimensions() {
            Some(dimensions) if dimensions.pixels() > self.terms.max_pixels => {
                Err(Refusal::TooManyPixels { dimensions, max_pixels: self.terms.max_pixels })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn image_is_whole(&mut self) -> Result<Option<Dimensions>, Refusal> {
        let Some(walk) = self.walk.take() else { return Ok(None) };
        let walked = walk.end();
        match walked.ending {
            Ending::Broken => Err(Refusal::Damaged),
            // Cameras put a video or a second picture behind a JPEG.
            Ending::Whole { trailing } if trailing > 0 && !self.is_jpeg() => {
                Err(Refusal::Hidden { what: "other data behind the image" })
            }
            Ending::Whole { .. } => match walked.dimensions {
                Some(Dimensions { width, height }) if width > 0 && height > 0 => {
                    Ok(walked.dimensions)
                }
                Some(_) | None => Err(Refusal::Damaged),
            },
        }
    }

    fn is_jpeg(&self) -> bool {
        self.found.is_some_and(|found| found.mime == "image/jpeg")
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        // Moved seldom: every byte once for each megabyte that passes.
        if self.tail.len() > 2 * TAIL {
            let surplus = self.tail.len() - TAIL;
            self.tail.drain(..surplus);
        }
    }

    fn look_for_pages(&mut self, bytes: &[u8]) {
        let seam_end = bytes.len().min(OVERLAP);
        self.seam.extend_from_slice(&bytes[..seam_end]);
        self.page |= begins_page(&self.seam) || begins_page(bytes);
        if bytes.len() >= OVERLAP {
            self.seam.clear();
            self.seam.extend_from_slice(&bytes[bytes.len() - OVERLAP..]);
        } else {
            let surplus = self.seam.len().saturating_sub(OVERLAP);
            self.seam.drain(..surplus);
        }
    }
}

fn not_archive(named: ContentType) -> bool {
    !matches!(named.kind, Kind::Archive | Kind::Office | Kind::Data)
}

fn begins_page(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at..];
        if PAGES.iter().any(|page| {
            let (begins, follows) = (rest.get(..page.len()), rest.get(page.len()));
            begins.is_some_and(|start| start.eq_ignore_ascii_case(page))
                && follows.is_some_and(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte))
        }) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat};

    use super::*;
    use crate::archive::tests::zip;

    fn image(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(64, 48).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn inspect(name: &str, bytes: &[u8], piece: usize) -> Result<Findings, Refusal> {
        let terms =
            Terms { name: FileName::clean(name), max_bytes: 4 << 20, max_pixels: 10_000_000 };
        let mut inspector = Inspector::new(terms);
        for piece in bytes.chunks(piece) {
            inspector.feed(piece)?;
        }
        inspector.finish()
    }

    fn refused(name: &str, bytes: &[u8]) -> Refusal {
        let refusals = [1, 100, 9000].map(|piece| inspect(name, bytes, piece).unwrap_err());
        assert!(refusals.iter().all(|other| *other == refusals[0]), "{refusals:?}");
        refusals[0].clone()
    }

    #[test]
    fn an_image_tells_its_type_size_and_hash() {
        let bytes = image(ImageFormat::Png);
        let found = inspect("a.png", &bytes, 10).unwrap();
        assert_eq!(found.content_type.mime, "image/png");
        assert_eq!(found.dimensions, Some(Dimensions { width: 64, height: 48 }));
        assert_eq!(found.size, bytes.len() as u64);
        assert_eq!(found.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert_eq!(inspect("a.txt", b"", 1).unwrap_err(), Refusal::Empty);
        let long = vec![b'x'; (4 << 20) + 1];
        assert_eq!(
            inspect("a.txt", &long, 9000).unwrap_err(),
            Refusal::TooLarge { max_bytes: 4 << 20 }
        );
    }

    #[test]
    fn a_disguise_is_told_before_the_end_comes() {
        let terms =
            Terms { name: FileName::clean("a.png"), max_bytes: u64::MAX, max_pixels: u64::MAX };
        let mut inspector = Inspector::new(terms);
        let mut page = b"<html>".to_vec();
        page.resize(HEAD, b' ');
        assert!(matches!(inspector.feed(&page), Err(Refusal::Disguised { .. })));
    }

    #[test]
    fn a_zip_in_a_pictures_clothes_is_refused() {
        let bomb = zip(&[("a", 1000, 1 << 30)]);
        let found = "application/zip";
        assert_eq!(refused("a.png", &bomb), Refusal::Disguised { named: "image/png", found });
        assert_eq!(refused("a.zip", &bomb), Refusal::ArchiveBomb);
        assert_eq!(refused("a.docx", &bomb), Refusal::ArchiveBomb);
        let plain = zip(&[("a", 1000, 3000)]);
        assert_eq!(inspect("a.zip", &plain, 77).unwrap().content_type, ZIP);
        let named = ContentType::promised_by(&FileName::clean("a.docx")).unwrap().mime;
        assert_eq!(refused("a.docx", &plain), Refusal::Disguised { named, found });
        assert_eq!(refused("a.zip", &zip(&[("META-INF/MANIFEST.MF", 1, 1)])), Refusal::Executable);
    }

    #[test]
    fn a_file_that_is_two_is_refused() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif] {
            let mut with_zip = image(format);
            with_zip.extend_from_slice(&zip(&[("a", 10, 30)]));
            assert!(matches!(refused("a.png", &with_zip), Refusal::Hidden { .. }));
            let mut with_page = image(format);
            with_page.extend_from_slice(b"<SCRIPT>alert(1)</SCRIPT>");
            assert!(matches!(refused("a.png", &with_page), Refusal::Hidden { .. }));
        }
        let mut comment = image(ImageFormat::Jpeg);
        let text = b"\xff\xfe\0\x10<?php x(); ?>";
        comment.splice(2..2, text.iter().copied());
        assert!(matches!(refused("a.jpg", &comment), Refusal::Hidden { .. }));
        // Any bytes may be in a picture, so long as nothing would begin there.
        let mut chance = image(ImageFormat::Jpeg);
        chance.splice(2..2, b"\xff\xfe\0\x11<?pHp0x()<htmLy".iter().copied());
        for piece in [1, 5, 7, 9000] {
            assert!(inspect("a.jpg", &chance, piece).is_ok());
        }
        let mut pdf = image(ImageFormat::Jpeg);
        pdf.splice(2..2, b"\xff\xfe\0\x0a%PDF-1.4".iter().copied());
        assert_eq!(refused("a.jpg", &pdf), Refusal::Hidden { what: "a PDF" });
        let mut motion = image(ImageFormat::Jpeg);
        motion.extend_from_slice(b"\0\0\0\x18ftypmp42 a video behind the picture");
        assert!(inspect("a.jpg", &motion, 10).is_ok());
    }

    #[test]
    fn an_image_that_is_cut_off_is_refused() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = image(format);
            assert_eq!(refused("a.png", &whole[..whole.len() - 3]), Refusal::Damaged, "{format:?}");
            assert_eq!(refused("a.png", &whole[..whole.len() / 2]), Refusal::Damaged, "{format:?}");
        }
    }

    #[test]
    fn whatever_comes_is_taken_or_refused_and_never_panics() {
        let mut files: Vec<Vec<u8>> = [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
            ImageFormat::Bmp,
        ]
        .map(image)
        .to_vec();
        files.push(zip(&[("[Content_Types].xml", 40, 90), ("word/document.xml", 40, 90)]));
        for file in files {
            for at in 0..file.len().min(600) {
                for value in [0, 1, 0x7f, 0xff] {
                    let mut changed = file.clone();
                    let at = if at % 2 == 0 { at } else { file.len() - at };
                    changed[at] = value;
                    drop(inspect("a", &changed, 50));
                }
                drop(inspect("a", &file[at..], 50));
            }
        }
    }

    #[test]
    fn a_few_bytes_that_claim_millions_of_pixels_are_refused() {
        let mut bomb = image(ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let dimensions = Dimensions { width: 65535, height: 65535 };
        let expected = Refusal::TooManyPixels { dimensions, max_pixels: 10_000_000 };
        assert_eq!(refused("a.png", &bomb), expected);
    }
}
