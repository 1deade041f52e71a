//! Which files have a text that machines look for.

use crate::vocabulary::MediaType;

/// How a file can be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// It is a picture.
    Picture,
    /// It has pages.
    Document,
}

impl Readable {
    /// By what its content was found to be; `None` for what is not read.
    pub fn of(content_type: &MediaType) -> Option<Self> {
        match content_type.as_str() {
            "image/png" | "image/jpeg" | "image/webp" | "image/tiff" | "image/bmp"
            | "image/gif" => Some(Self::Picture),
            "application/pdf" => Some(Self::Document),
            _ => None,
        }
    }
}
