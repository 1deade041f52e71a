//! The file: what machines found in the content of a file on a ticket, its text and its thumbnail.
//!
//! It is a stream of its own, under the id of the file, so that reading a picture neither changes
//! the version of the ticket nor makes its stream long. What people do to a file (attaching,
//! renaming, moving, removing it) are events of the ticket. Personal values of both streams are
//! about the same person, and go together.

mod address;
pub mod events;
mod layout;
mod readable;
mod record;
#[cfg(test)]
pub(crate) mod samples;
mod state;
mod values;

pub use address::FileAddress;
pub use events::{
    FileEvent, OcrFallback, ReadSettings, Removed, TextNotRead, TextRead, ThumbnailMade,
    ThumbnailNotMade,
};
pub use layout::{ReadLine, ReadPage, ReadWord, TextLayout};
pub use readable::Readable;
pub use record::{record_no_thumbnail, record_text, record_text_failure, record_thumbnail, remove};
pub use state::{FileState, Reading, TextState, ThumbnailState, evolve};
pub use values::{FallbackReason, NotReadReason, OcrEngine, OcrScript, TextLanguage, TextSource};
