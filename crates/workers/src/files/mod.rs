//! What is done with files by itself: their text is read, pictures get small ones, and what nobody refers to is taken
//! away.
//!
//! | module | what it knows |
//! |---|---|
//! | [`OcrOptions`] | which engines read, and what one file may cost |
//! | [`TextReader`] | reads pictures and documents |

mod options;
mod reader;

pub use options::{OcrOptions, ReadingLimits};
pub use reader::TextReader;
