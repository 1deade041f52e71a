//! The types we know. A content's type comes from the content; the name may only make it more exact, within a family.

use crate::error::Refusal;
use crate::name::FileName;

/// What family a type belongs to; families decide what agrees with what, and how a file is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture made of pixels.
    Image,
    /// A PDF.
    Pdf,
    /// A document of an office program.
    Office,
    /// Plain text, and what is read as such.
    Text,
    /// Text that a browser could run: HTML, SVG, XML. Never delivered inline.
    Markup,
    /// Files in a file.
    Archive,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// A program or a script. Never taken.
    Executable,
    /// Anything else.
    Data,
}

/// A media type with its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// As in `Content-Type`, without parameters.
    pub mime: &'static str,
    /// Its family.
    pub kind: Kind,
}

const fn row(
    mime: &'static str,
    kind: Kind,
    endings: &'static [&'static str],
) -> (ContentType, &'static [&'static str]) {
    (ContentType { mime, kind }, endings)
}

pub(crate) const OCTETS: ContentType =
    ContentType { mime: "application/octet-stream", kind: Kind::Data };
pub(crate) const TEXT: ContentType = ContentType { mime: "text/plain", kind: Kind::Text };
pub(crate) const HTML: ContentType = ContentType { mime: "text/html", kind: Kind::Markup };
pub(crate) const SVG: ContentType = ContentType { mime: "image/svg+xml", kind: Kind::Markup };
pub(crate) const XML: ContentType = ContentType { mime: "application/xml", kind: Kind::Markup };
pub(crate) const ZIP: ContentType = ContentType { mime: "application/zip", kind: Kind::Archive };
pub(crate) const OLE: ContentType =
    ContentType { mime: "application/x-ole-storage", kind: Kind::Office };
pub(crate) const PROGRAM: ContentType =
    ContentType { mime: "application/x-executable", kind: Kind::Executable };

/// Every type with the endings that promise it.
static TYPES: &[(ContentType, &[&str])] = &[
    row("image/png", Kind::Image, &["png", "apng"]),
    row("image/jpeg", Kind::Image, &["jpg", "jpeg", "jpe", "jfif"]),
    row("image/gif", Kind::Image, &["gif"]),
    row("image/webp", Kind::Image, &["webp"]),
    row("image/bmp", Kind::Image, &["bmp", "dib"]),
    row("image/tiff", Kind::Image, &["tif", "tiff"]),
    row("image/heif", Kind::Image, &["heic", "heif"]),
    row("image/avif", Kind::Image, &["avif"]),
    row("image/jxl", Kind::Image, &["jxl"]),
    row("image/vnd.microsoft.icon", Kind::Image, &["ico"]),
    row("application/pdf", Kind::Pdf, &["pdf"]),
    row(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Kind::Office,
        &["docx"],
    ),
    row(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Kind::Office,
        &["xlsx"],
    ),
    row(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Kind::Office,
        &["pptx"],
    ),
    row("application/vnd.oasis.opendocument.text", Kind::Office, &["odt"]),
    row("application/vnd.oasis.opendocument.spreadsheet", Kind::Office, &["ods"]),
    row("application/vnd.oasis.opendocument.presentation", Kind::Office, &["odp"]),
    row("application/msword", Kind::Office, &["doc"]),
    row("application/vnd.ms-excel", Kind::Office, &["xls"]),
    row("application/vnd.ms-powerpoint", Kind::Office, &["ppt"]),
    row("application/vnd.ms-outlook", Kind::Office, &["msg"]),
    row("application/x-ole-storage", Kind::Office, &[]),
    row("text/plain", Kind::Text, &["txt", "log", "text", "ini", "conf", "yaml", "yml", "toml"]),
    row("text/csv", Kind::Text, &["csv"]),
    row("text/tab-separated-values", Kind::Text, &["tsv"]),
    row("text/markdown", Kind::Text, &["md"]),
    row("application/json", Kind::Text, &["json", "geojson"]),
    row("application/rtf", Kind::Text, &["rtf"]),
    row("message/rfc822", Kind::Text, &["eml"]),
    row("text/calendar", Kind::Text, &["ics"]),
    row("text/html", Kind::Markup, &["html", "htm", "xhtml", "mhtml", "shtml"]),
    row("image/svg+xml", Kind::Markup, &["svg"]),
    row("application/xml", Kind::Markup, &["xml", "kml", "xsl", "xslt"]),
    row("application/zip", Kind::Archive, &["zip", "kmz"]),
    row("application/gzip", Kind::Archive, &["gz", "tgz"]),
    row("application/x-tar", Kind::Archive, &["tar"]),
    row("application/x-7z-compressed", Kind::Archive, &["7z"]),
    row("application/vnd.rar", Kind::Archive, &["rar"]),
    row("application/x-bzip2", Kind::Archive, &["bz2"]),
    row("application/x-xz", Kind::Archive, &["xz"]),
    row("application/zstd", Kind::Archive, &["zst"]),
    row("audio/mpeg", Kind::Audio, &["mp3"]),
    row("audio/m4a", Kind::Audio, &["m4a"]),
    row("audio/ogg", Kind::Audio, &["ogg", "oga"]),
    row("audio/x-wav", Kind::Audio, &["wav"]),
    row("audio/x-flac", Kind::Audio, &["flac"]),
    row("audio/amr", Kind::Audio, &["amr"]),
    row("audio/aac", Kind::Audio, &["aac"]),
    row("video/mp4", Kind::Video, &["mp4", "m4v"]),
    row("video/quicktime", Kind::Video, &["mov"]),
    row("video/webm", Kind::Video, &["webm"]),
    row("video/x-matroska", Kind::Video, &["mkv"]),
    row("video/x-msvideo", Kind::Video, &["avi"]),
    row("video/mpeg", Kind::Video, &["mpg", "mpeg"]),
    row(
        "application/x-executable",
        Kind::Executable,
        &[
            "exe",
            "dll",
            "com",
            "scr",
            "pif",
            "cpl",
            "msi",
            "msp",
            "msc",
            "bat",
            "cmd",
            "ps1",
            "psm1",
            "vb",
            "vbs",
            "vbe",
            "js",
            "jse",
            "mjs",
            "wsf",
            "wsh",
            "wsc",
            "hta",
            "lnk",
            "reg",
            "jar",
            "apk",
            "appx",
            "gadget",
            "application",
            "scf",
            "inf",
            "chm",
            "iso",
            "img",
            "vhd",
            "swf",
            "url",
            "desktop",
            "app",
            "dmg",
            "deb",
            "rpm",
        ],
    ),
    row("application/octet-stream", Kind::Data, &[]),
];

impl ContentType {
    /// The type of this name, as stored once; an unknown one is `application/octet-stream`.
    pub fn from_mime(mime: &str) -> Self {
        TYPES.iter().find(|(row, _)| row.mime == mime).map_or(OCTETS, |(row, _)| *row)
    }

    /// The type a file name promises, if its ending promises any.
    pub fn promised_by(name: &FileName) -> Option<Self> {
        let ending = name.ending();
        TYPES.iter().find(|(_, endings)| endings.contains(&ending.as_str())).map(|(row, _)| *row)
    }

    /// Whether a file of this type may have this name.
    ///
    /// # Errors
    /// The name is that of a program, or promises another type.
    pub fn may_be_named(self, name: &FileName) -> Result<(), Refusal> {
        Self::agree(self, name).map(|_| ())
    }

    /// The type of a file with this name and a content of type `found`.
    pub(crate) fn agree(found: Self, name: &FileName) -> Result<Self, Refusal> {
        if found.kind == Kind::Executable {
            return Err(Refusal::Executable);
        }
        let Some(named) = Self::promised_by(name) else { return Ok(found) };
        let settled = match named.kind {
            Kind::Executable => return Err(Refusal::Executable),
            // Pictures are saved under each other's endings all the time, and all are equally harmless.
            Kind::Image => (found.kind == Kind::Image).then_some(found),
            Kind::Pdf => (found.kind == Kind::Pdf).then_some(found),
            Kind::Office if found == OLE => named.mime.starts_with("application/").then_some(named),
            Kind::Office => (found == named).then_some(found),
            Kind::Text if found.kind == Kind::Text => Some(named),
            // Kept as what a browser would make of it, so that it is never shown inline.
            Kind::Text => (found.kind == Kind::Markup).then_some(found),
            Kind::Markup => matches!(found.kind, Kind::Text | Kind::Markup).then_some(named),
            Kind::Archive => matches!(found.kind, Kind::Archive | Kind::Office).then_some(found),
            Kind::Audio | Kind::Video => {
                matches!(found.kind, Kind::Audio | Kind::Video).then_some(found)
            }
            Kind::Data => Some(found),
        };
        settled.ok_or(Refusal::Disguised { named: named.mime, found: found.mime })
    }
}

/// The type of a content by its first bytes. `head` is the first few kilobytes, or all there is.
pub(crate) fn detect(head: &[u8]) -> ContentType {
    const SHORTCUT: &[u8] = b"\x4c\0\0\0\x01\x14\x02\0";
    const OLE_MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if head.starts_with(b"#!") || head.starts_with(SHORTCUT) || head.starts_with(b"MZ") {
        return PROGRAM;
    }
    if head.starts_with(OLE_MAGIC) {
        return OLE;
    }
    if after_padding(head).starts_with(b"%PDF-") {
        return ContentType { mime: "application/pdf", kind: Kind::Pdf };
    }
    if head.starts_with(b"{\\rtf") {
        return ContentType { mime: "application/rtf", kind: Kind::Text };
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        // What is in it is told by its directory, which stands at its end.
        return ZIP;
    }
    match infer::get(head) {
        Some(found) if found.matcher_type() == infer::MatcherType::App => match found.mime_type() {
            // Certificates and disk images are matched by a few bytes that text and data begin with, too.
            "application/x-x509-ca-cert" | "application/x-qemu-disk" => text(head),
            _ => PROGRAM,
        },
        Some(found) if found.matcher_type() == infer::MatcherType::Text => text(head),
        Some(found) => match found.mime_type() {
            "application/x-shockwave-flash"
            | "application/vnd.debian.binary-package"
            | "application/x-rpm"
            | "application/x-google-chrome-extension" => PROGRAM,
            mime => match ContentType::from_mime(mime) {
                // Some signatures are two letters that a text may begin with.
                OCTETS => text(head),
                known => known,
            },
        },
        None => text(head),
    }
}

/// Readers of PDF forgive a mark of the byte order and blank lines at the beginning.
fn after_padding(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()
}

fn text(head: &[u8]) -> ContentType {
    let letters: Vec<u8> = match head {
        [0xff, 0xfe, rest @ ..] => rest.iter().copied().filter(|byte| *byte != 0).collect(),
        [0xfe, 0xff, rest @ ..] => rest.iter().copied().filter(|byte| *byte != 0).collect(),
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        all => all.to_vec(),
    };
    let readable =
        |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x20..=0x7e | 0x80..);
    let wide = matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    if !wide && !letters.iter().all(readable) {
        return OCTETS;
    }
    let start =
        letters.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(letters.len());
    let letters = letters[start..].to_ascii_lowercase();
    // Where HTML sees a tag. `<134>` at the beginning of a log is none.
    if !matches!(letters[..], [b'<', b'a'..=b'z' | b'!' | b'/' | b'?', ..]) {
        return TEXT;
    }
    let holds = |needle: &[u8]| letters.windows(needle.len()).any(|window| window == needle);
    if holds(b"<html") || holds(b"<!doctype html") || holds(b"<script") || holds(b"<body") {
        HTML
    } else if holds(b"<svg") {
        SVG
    } else if letters.starts_with(b"<?xml") {
        XML
    } else {
        // A browser takes nearly anything that begins with a tag for a page.
        HTML
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(name: &str, content: &[u8]) -> Result<&'static str, Refusal> {
        ContentType::agree(detect(content), &FileName::clean(name)).map(|settled| settled.mime)
    }

    #[test]
    fn no_ending_stands_for_two_types() {
        let mut endings: Vec<&str> =
            TYPES.iter().flat_map(|(_, all)| all.iter().copied()).collect();
        let all = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), all);
    }

    #[test]
    fn the_content_decides() {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(settle("a.png", PNG), Ok("image/png"));
        assert_eq!(settle("a.jpg", PNG), Ok("image/png"));
        assert_eq!(settle("a", PNG), Ok("image/png"));
        assert_eq!(settle("a.txt", "Zeile 1\nZeile 2 äöü".as_bytes()), Ok("text/plain"));
        assert_eq!(settle("a.csv", b"id,name\n1,x\n"), Ok("text/csv"));
        assert_eq!(settle("a.log", b"\xc4\xe3\xba\xc3 GBK\n"), Ok("text/plain"));
        assert_eq!(settle("a.txt", b"\xff\xfeh\0i\0"), Ok("text/plain"));
        assert_eq!(
            settle("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"),
            Ok("application/msword")
        );
        assert_eq!(
            settle("trace.pcap", b"\xd4\xc3\xb2\xa1\x02\0\x04\0"),
            Ok("application/octet-stream")
        );
        assert_eq!(settle("device.log", b"<134>Oct 11 22:14:15 host su: x"), Ok("text/plain"));
        assert_eq!(settle("scan.pdf", b"\n %PDF-1.7\n"), Ok("application/pdf"));
        assert_eq!(settle("page.html", b"<p>hello"), Ok("text/html"));
        assert_eq!(settle("drawing.svg", b"<svg onload='x()'/>"), Ok("image/svg+xml"));
        assert_eq!(settle("answer.txt", b"  <!DOCTYPE html><p>"), Ok("text/html"));
    }

    #[test]
    fn a_disguise_is_refused() {
        let disguised = |named, found| Err(Refusal::Disguised { named, found });
        assert_eq!(settle("a.png", b"<html><script>"), disguised("image/png", "text/html"));
        assert_eq!(
            settle("a.png", b"\xef\xbb\xbf\n <svg/>"),
            disguised("image/png", "image/svg+xml")
        );
        assert_eq!(
            settle("a.png", b"\xff\xfe<\0s\0v\0g\0>\0"),
            disguised("image/png", "image/svg+xml")
        );
        assert_eq!(settle("a.jpg", b"PK\x03\x04rest"), disguised("image/jpeg", "application/zip"));
        assert_eq!(settle("a.pdf", b"GIF89a\0\0"), disguised("application/pdf", "image/gif"));
        assert_eq!(
            settle("a.txt", b"\0\x01\x02"),
            disguised("text/plain", "application/octet-stream")
        );
        assert_eq!(settle("a.png", b"just text"), disguised("image/png", "text/plain"));
    }

    #[test]
    fn a_program_is_refused_by_content_and_by_name() {
        for (name, content) in [
            ("a.png", b"MZ\x90\0\x03".as_slice()),
            ("a", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            ("notes.txt", b"#!/bin/sh\nrm -rf /"),
            ("a.js", b"alert(1)"),
            ("invoice.pdf.exe", b"%PDF-1.7"),
            ("a.lnk", b"\x4c\0\0\0\x01\x14\x02\0"),
        ] {
            assert_eq!(settle(name, content), Err(Refusal::Executable), "{name}");
        }
    }
}
