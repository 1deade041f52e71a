//! The headers a file is delivered with, so that a browser saves what it must not run.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::content_type::{ContentType, Kind};
use crate::name::FileName;

/// How a file is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Shown by the browser, where that is safe.
    Inline,
    /// Saved.
    Attachment,
}

impl Disposition {
    /// As in a header, and in a link.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Attachment => "attachment",
        }
    }

    /// Reverses [`as_str`](Self::as_str).
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inline, Self::Attachment].into_iter().find(|all| all.as_str() == text)
    }
}

/// Values of the headers of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `Content-Type`.
    pub content_type: String,
    /// `Content-Disposition`.
    pub content_disposition: String,
    /// `Content-Security-Policy`: whatever a browser makes of it, no script runs.
    pub content_security_policy: &'static str,
    /// `X-Content-Type-Options`.
    pub content_type_options: &'static str,
}

/// Pictures, sound and films show; nothing runs, and nothing belongs to our origin.
const PASSIVE: &str =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

impl Delivery {
    /// The headers for a file. `wanted` is followed for images and PDF, and for sound and moving pictures; all else is
    /// saved, HTML and SVG above all.
    pub fn of(name: &FileName, content_type: ContentType, wanted: Disposition) -> Self {
        let disposition = match content_type.kind {
            Kind::Image | Kind::Pdf | Kind::Audio | Kind::Video => wanted,
            Kind::Office
            | Kind::Text
            | Kind::Markup
            | Kind::Archive
            | Kind::Executable
            | Kind::Data => Disposition::Attachment,
        };
        Self {
            content_type: content_type.mime.to_owned(),
            content_disposition: content_disposition(disposition, name),
            content_security_policy: match content_type.kind {
                // The PDF viewers of browsers are plug-ins of theirs, which a sandbox does not admit.
                Kind::Pdf => "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
                Kind::Image
                | Kind::Audio
                | Kind::Video
                | Kind::Office
                | Kind::Text
                | Kind::Markup
                | Kind::Archive
                | Kind::Executable
                | Kind::Data => PASSIVE,
            },
            content_type_options: "nosniff",
        }
    }
}

/// What RFC 8187 lets stand as it is.
const KEPT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// As RFC 6266 has it: a name in ASCII for all, and the real one in UTF-8 when it differs.
fn content_disposition(disposition: Disposition, name: &FileName) -> String {
    let name = name.as_str();
    // Percent signs are decoded by some, against the RFC.
    let plain = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let disposition = disposition.as_str();
    if ascii == name {
        return format!("{disposition}; filename=\"{ascii}\"");
    }
    let encoded = utf8_percent_encode(name, &KEPT);
    format!("{disposition}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, mime: &str, wanted: Disposition) -> String {
        let name = FileName::clean(name);
        Delivery::of(&name, ContentType::from_mime(mime), wanted).content_disposition
    }

    #[test]
    fn a_name_in_any_script_arrives() {
        let attachment = |name| header(name, "image/png", Disposition::Attachment);
        assert_eq!(attachment("photo 1.png"), "attachment; filename=\"photo 1.png\"");
        assert_eq!(
            attachment("现场.png"),
            "attachment; filename=\"__.png\"; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.png"
        );
        assert_eq!(
            attachment("50%.png"),
            "attachment; filename=\"50_.png\"; filename*=UTF-8''50%25.png"
        );
        assert_eq!(attachment("a\"; x=\"\r\ny.png"), "attachment; filename=\"a_; x=_y.png\"");
    }

    #[test]
    fn nothing_that_runs_is_shown_inline() {
        for mime in ["text/html", "image/svg+xml", "application/xml", "text/plain", "unknown/type"]
        {
            let header = header("a", mime, Disposition::Inline);
            assert_eq!(header, "attachment; filename=\"a\"", "{mime}");
        }
        assert!(header("a", "image/png", Disposition::Inline).starts_with("inline;"));
        assert!(header("a", "application/pdf", Disposition::Inline).starts_with("inline;"));
        assert!(header("a", "image/png", Disposition::Attachment).starts_with("attachment;"));
    }
}
