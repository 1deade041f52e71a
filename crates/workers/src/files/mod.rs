//! What is done with files by itself: their text is read, pictures get small ones, and what nobody refers to is taken
//! away.
//!
//! | module | what it knows |
//! |---|---|
//! | [`OcrOptions`] | which engines read, and what one file may cost |
//! | [`TextReader`] | reads pictures and documents |
//! | `found` | what was found, in the words of the domain |
//! | `pdf`, `child` | looking into documents with other programs |
//! | [`SweepMetrics`], `metrics` | how much is read and swept, and how the engines do |
//! | [`FileSweeper`] | takes away what nobody refers to |
//!
//! What is to be done with which file, handlers of jobs decide.

mod child;
mod found;
mod metrics;
mod options;
mod pdf;
mod reader;
mod sweeper;

pub(crate) use found::FoundText;
pub use metrics::SweepMetrics;
pub use options::{OcrOptions, ReadingLimits};
pub(crate) use reader::ReadError;
pub use reader::TextReader;
pub(crate) use sweeper::erase_forgotten;
pub use sweeper::{FileSweeper, SweeperError};
