//! Files: what people upload, and payloads too large for an event.
//!
//! ```text
//! name.rs          a file name that is safe to keep and to show
//! content_type.rs  the types we know, and whether a name agrees with a content
//! inspect.rs       looks at a content while it streams past: type, size, hash, whether it is whole, what it hides
//!   walk.rs        follows the structure of an image; walk/ has PNG, JPEG, GIF and WebP
//!   archive.rs     reads what a ZIP says about itself
//! owner.rs         whose a file is: the key it is sealed under and named by
//! seal.rs          AES-256-GCM in segments (STREAM), so that a range can be opened
//! store.rs         the object store, local or S3
//!   upload.rs      takes a content in pieces and commits it to its address
//!   read.rs        gives a content back, whole or a range of it
//!   sweep.rs       erases an owner; finds what nobody refers to
//!   aside.rs       where that stands before it is removed
//! links.rs         links that expire
//! delivery.rs      the headers a file is delivered with
//! images.rs        thumbnails
//! ```
//!
//! The crate knows neither tickets nor events nor HTTP routes. Clock and randomness are arguments.

mod archive;
mod aside;
mod content_type;
mod delivery;
mod error;
mod images;
mod inspect;
mod links;
mod name;
mod owner;
mod read;
mod seal;
mod store;
mod sweep;
mod upload;
mod walk;

pub use content_type::{ContentType, Kind};
pub use delivery::{Delivery, Disposition};
pub use error::{FilesError, Refusal};
pub use images::{ImageError, ImageLimits, Thumbnail, thumbnail};
pub use inspect::Terms;
pub use links::{Link, LinkKey, LinkRefusal};
pub use name::FileName;
pub use owner::{Address, AddressError, AtRest, Owner};
pub use read::{ByteRange, Reading};
pub use store::{FileStore, S3Settings};
pub use sweep::{Erased, SweepError, Swept};
pub use upload::{Novelty, StoredFile, Upload};
pub use walk::Dimensions;
