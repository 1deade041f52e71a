//! What can be found in a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::FileAddress;
use super::layout::TextLayout;
use super::values::{
    FallbackReason, NotReadReason, OcrEngine, OcrScript, TextLanguage, TextSource,
};
use crate::event::DomainEvent;
use crate::ids::{ReadingId, TicketId};
use crate::personal::Personal;
use crate::vocabulary::{EngineVersion, ModelName};

/// An event of a file's stream: what machines found in it. That it is there, its name and its place
/// among others are events of its ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum FileEvent {
    /// Its text was read; takes the place of any text read before.
    #[serde(rename = "file.text_read")]
    TextRead(Box<TextRead>),
    /// Its text could not be read. A text read before stays.
    #[serde(rename = "file.text_not_read")]
    TextNotRead(TextNotRead),
    /// A thumbnail of it was made.
    #[serde(rename = "file.thumbnail_made")]
    ThumbnailMade(ThumbnailMade),
    /// There can be no thumbnail of it.
    #[serde(rename = "file.thumbnail_not_made")]
    ThumbnailNotMade(ThumbnailNotMade),
    /// It was removed from its ticket; always the last event.
    #[serde(rename = "file.removed")]
    Removed(Removed),
}

/// Data of `file.text_read`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextRead {
    /// The ticket it belongs to.
    pub ticket_id: TicketId,
    /// The reading: the same one is recorded once.
    pub reading_id: ReadingId,
    /// Where the text was taken from.
    pub source: TextSource,
    /// What read it; none of a text layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<OcrEngine>,
    /// The version of the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<EngineVersion>,
    /// The models or the trained data it read with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelName>,
    /// What was asked for.
    #[serde(default)]
    pub settings: ReadSettings,
    /// The language of the text.
    pub language: TextLanguage,
    /// How sure the engine is, from 0 to 1; none of a text layer. Engines measure it differently.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_confidence: Option<f64>,
    /// The width in pixels of the picture as it is stored; none of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How many pages the file has; 1 of a picture.
    pub page_count: u32,
    /// How many of them were read, from the first.
    pub pages_read: u32,
    /// How long reading took, in milliseconds.
    pub duration_ms: u64,
    /// Set if another engine than the one meant had to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<OcrFallback>,
    /// The text, one line each, perhaps empty.
    pub text: Personal<String>,
    /// Where its lines and words stand: in pixels, or in points of a text layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<TextLayout>,
}

/// How a text is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ReadSettings {
    /// The engine; none for the preferred one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<OcrEngine>,
    /// The writing to look for.
    #[serde(default)]
    pub script: OcrScript,
}

/// That another engine than the one meant read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OcrFallback {
    /// The engine that was meant.
    pub from: OcrEngine,
    /// Why it did not read it.
    pub reason: FallbackReason,
}

/// Data of `file.text_not_read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TextNotRead {
    /// The ticket it belongs to.
    pub ticket_id: TicketId,
    /// The reading that failed.
    pub reading_id: ReadingId,
    /// What was asked for.
    #[serde(default)]
    pub settings: ReadSettings,
    /// Why.
    pub reason: NotReadReason,
    /// The engine that failed, if it came to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<OcrEngine>,
}

/// Data of `file.thumbnail_made`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThumbnailMade {
    /// The ticket it belongs to.
    pub ticket_id: TicketId,
    /// Where the thumbnail lies.
    pub address: FileAddress,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its size in bytes.
    pub size: u64,
}

/// Data of `file.thumbnail_not_made`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThumbnailNotMade {
    /// The ticket it belongs to.
    pub ticket_id: TicketId,
    /// Why.
    pub reason: NotReadReason,
}

/// Data of `file.removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Removed {
    /// The ticket it belonged to.
    pub ticket_id: TicketId,
}

impl DomainEvent for FileEvent {
    const KIND: &'static str = "file";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("file.text_read", 1),
        ("file.text_not_read", 1),
        ("file.thumbnail_made", 1),
        ("file.thumbnail_not_made", 1),
        ("file.removed", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::TextRead(_) => "file.text_read",
            Self::TextNotRead(_) => "file.text_not_read",
            Self::ThumbnailMade(_) => "file.thumbnail_made",
            Self::ThumbnailNotMade(_) => "file.thumbnail_not_made",
            Self::Removed(_) => "file.removed",
        }
    }
}

impl FileEvent {
    /// The ticket that the file belongs to.
    pub fn ticket_id(&self) -> TicketId {
        match self {
            Self::TextRead(e) => e.ticket_id,
            Self::TextNotRead(e) => e.ticket_id,
            Self::ThumbnailMade(e) => e.ticket_id,
            Self::ThumbnailNotMade(e) => e.ticket_id,
            Self::Removed(e) => e.ticket_id,
        }
    }
}
