//! Where on a page each line and word stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::FileAddress;
use super::values::TextLanguage;
use crate::personal::Personal;

/// The lines and words of a text with their places: in the event, or beside the file when they are
/// too many for an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum TextLayout {
    /// Here.
    Inline {
        /// The pages in their order.
        pages: Personal<Vec<ReadPage>>,
    },
    /// In the store of files, as JSON of the pages, sealed.
    Stored {
        /// Where.
        address: FileAddress,
    },
}

/// A page as it was read; a picture is one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadPage {
    /// The width in pixels of the picture as it is stored.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// By how many degrees clockwise it has to be turned for its text to stand upright: 0, 90, 180
    /// or 270.
    pub rotation: u16,
    /// How sure the engine is, from 0 to 1; 0 without text.
    pub mean_confidence: f64,
    /// The language of its text.
    pub language: TextLanguage,
    /// The lines in reading order.
    pub lines: Vec<ReadLine>,
}

/// A line of text, or the part of one that stands in a column or a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadLine {
    /// As read; never empty.
    pub text: String,
    /// How sure the engine is, from 0 to 1.
    pub confidence: f64,
    /// Where it is in the stored picture, in pixels: left edge, top edge, width, height.
    pub bbox: [u32; 4],
    /// Its words from the start of the line to its end.
    pub words: Vec<ReadWord>,
}

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadWord {
    /// As read; never empty.
    pub text: String,
    /// How sure the engine is, from 0 to 1.
    pub confidence: f64,
    /// Where it is, as of a line.
    pub bbox: [u32; 4],
}
