//! What is known of a file, folded from its events.

use serde::{Deserialize, Serialize};

use super::address::FileAddress;
use super::events::{FileEvent, ReadSettings, TextRead};
use super::layout::TextLayout;
use super::values::{NotReadReason, OcrEngine, TextLanguage, TextSource};
use crate::Timestamp;
use crate::ids::{ReadingId, TicketId};

/// What machines found in a file; nothing at all without any event. The text is not part of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileState {
    /// The ticket it belongs to, known from the first event.
    pub ticket: Option<TicketId>,
    /// Whether its text was read.
    pub text: TextState,
    /// Whether there is a thumbnail.
    pub thumbnail: ThumbnailState,
    /// Whether it was removed from its ticket.
    pub is_removed: bool,
    /// How often it was read, or could not be.
    pub readings: u32,
    /// Which readings these were.
    pub reading_ids: Vec<ReadingId>,
}

/// Whether the text of a file was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TextState {
    /// Nobody tried yet.
    #[default]
    Unread,
    /// It was read; a later try that failed changes nothing about it.
    Read {
        /// The last one.
        reading: Box<Reading>,
    },
    /// It could not be read.
    NotRead {
        /// The last try.
        reading_id: ReadingId,
        /// Why.
        reason: NotReadReason,
        /// When.
        at: Timestamp,
    },
}

/// A text that was read, without its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Which one.
    pub reading_id: ReadingId,
    /// Where the text was taken from.
    pub source: TextSource,
    /// What read it; none of a text layer.
    pub engine: Option<OcrEngine>,
    /// What was asked for.
    pub settings: ReadSettings,
    /// The language of the text.
    pub language: TextLanguage,
    /// How sure the engine is, from 0 to 1.
    pub mean_confidence: Option<f64>,
    /// Where its lines and words lie, if not in the event.
    pub layout: Option<FileAddress>,
    /// When it was recorded.
    pub read_at: Timestamp,
}

/// Whether there is a thumbnail of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ThumbnailState {
    /// Nobody tried yet.
    #[default]
    Unmade,
    /// There is one.
    Made {
        /// Where it lies.
        address: FileAddress,
    },
    /// There can be none.
    NotMade {
        /// Why.
        reason: NotReadReason,
    },
}

impl FileState {
    /// The contents that were made of the file: its thumbnail, and the layout of its text.
    pub fn contents(&self) -> Vec<&FileAddress> {
        let layout = match &self.text {
            TextState::Read { reading } => reading.layout.as_ref(),
            TextState::Unread | TextState::NotRead { .. } => None,
        };
        let thumbnail = match &self.thumbnail {
            ThumbnailState::Made { address } => Some(address),
            ThumbnailState::Unmade | ThumbnailState::NotMade { .. } => None,
        };
        layout.into_iter().chain(thumbnail).collect()
    }

    /// Whether this reading was recorded, with whatever outcome.
    pub fn has_reading(&self, reading: ReadingId) -> bool {
        self.reading_ids.contains(&reading)
    }

    /// Folds events that happened at one moment, as a decision returns them.
    #[must_use]
    pub fn evolved(self, events: &[FileEvent], at: Timestamp) -> Self {
        events.iter().fold(self, |state, event| evolve(state, event, at))
    }

    fn count(&mut self, reading: ReadingId) {
        self.readings = self.readings.saturating_add(1);
        self.reading_ids.push(reading);
    }
}

/// The state after `event`, which happened at `at`. Total.
#[must_use]
pub fn evolve(mut state: FileState, event: &FileEvent, at: Timestamp) -> FileState {
    state.ticket.get_or_insert(event.ticket_id());
    match event {
        FileEvent::TextRead(e) => {
            state.count(e.reading_id);
            state.text = TextState::Read { reading: Box::new(reading(e, at)) };
        }
        FileEvent::TextNotRead(e) => {
            state.count(e.reading_id);
            match state.text {
                TextState::Read { .. } => {}
                TextState::Unread | TextState::NotRead { .. } => {
                    let (reading_id, reason) = (e.reading_id, e.reason);
                    state.text = TextState::NotRead { reading_id, reason, at };
                }
            }
        }
        FileEvent::ThumbnailMade(e) => {
            state.thumbnail = ThumbnailState::Made { address: e.address.clone() };
        }
        FileEvent::ThumbnailNotMade(e) => {
            state.thumbnail = ThumbnailState::NotMade { reason: e.reason };
        }
        FileEvent::Removed(_) => state.is_removed = true,
    }
    state
}

fn reading(read: &TextRead, at: Timestamp) -> Reading {
    let layout = match &read.layout {
        Some(TextLayout::Stored { address }) => Some(address.clone()),
        Some(TextLayout::Inline { .. }) | None => None,
    };
    Reading {
        reading_id: read.reading_id,
        source: read.source,
        engine: read.engine,
        settings: read.settings,
        language: read.language,
        mean_confidence: read.mean_confidence,
        layout,
        read_at: at,
    }
}
