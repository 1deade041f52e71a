//! Reading the text of pictures: from bytes to lines with their places, by two engines behind one
//! small interface.
//!
//! - [`Picture`] takes bytes in: what is too large, cut off or no picture is refused before it
//!   costs anything ([`Limits`]), and what is left is turned upright by its EXIF orientation.
//! - [`Engine`] reads a picture. `paddle` has the PP-OCR models on ONNX Runtime ([`Paddle`]),
//!   `tesseract` the system's library (feature `tesseract`).
//! - [`Pool`] keeps as many instances of an engine as it is told to, each on a thread of its own,
//!   and stops waiting for one that does not answer in time.
//! - [`Reader`] holds a pool and a breaker for each engine and falls back to the other one,
//!   which the [`Page`] then says.
//! - [`Page`] is what was read.
//!
//! Everything here blocks and belongs on blocking threads.

mod breaker;
mod deskew;
mod engine;
mod error;
mod order;
mod orientation;
mod paddle;
mod page;
mod picture;
mod pool;
mod reader;
mod script;
mod spaces;
#[cfg(feature = "specimens")]
pub mod specimens;
#[cfg(feature = "tesseract")]
mod tesseract;
mod transform;

pub use breaker::Breaker;
pub use engine::{Engine, EngineName, Options, Script};
pub use error::{Fault, OcrError, PictureError};
pub use paddle::{Paddle, PaddleParts};
pub use page::{BoundingBox, Confidence, Fallback, Line, Page, Word};
pub use picture::{Limits, Picture, PictureFormat};
pub use pool::{Pool, PoolState};
pub use reader::{Reader, ReaderEngine};
pub use script::language_of;
#[cfg(feature = "tesseract")]
pub use tesseract::Tesseract;
