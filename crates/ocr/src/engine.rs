//! What an engine is, and what it can be asked for.

use serde::{Deserialize, Serialize};

use crate::{OcrError, Page, Picture};

/// The engines there are, by the names that a page, the configuration and the metrics use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    /// PP-OCR models on ONNX Runtime.
    Paddle,
    /// The system's Tesseract.
    Tesseract,
}

impl EngineName {
    /// As it is written in configuration and results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paddle => "paddle",
            Self::Tesseract => "tesseract",
        }
    }
}

impl std::fmt::Display for EngineName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which writing a picture is expected to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Script {
    /// Find out from the picture.
    #[default]
    Auto,
    /// English and other Latin writing.
    Latin,
    /// Simplified Chinese, Latin words within it included.
    Chinese,
}

/// How a picture is to be read; part of what a result is known by, so that it can be read again
/// with other settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// This engine and no other: without it, the preferred one and then whichever works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineName>,
    /// The writing to expect. `paddle` reads both at once and does not mind.
    pub script: Script,
}

/// Reads pictures. Made on the thread that uses it, and used by one thread at a time.
pub trait Engine {
    /// Reads `picture`, whose boxes come back in pixels of the stored image.
    ///
    /// Blocks until done; how long it may take is the business of [`crate::Pool`].
    ///
    /// # Errors
    ///
    /// [`OcrError`] if the engine itself fails. A picture without text is an empty page.
    fn read(&self, picture: &Picture, options: &Options) -> Result<Page, OcrError>;
}
