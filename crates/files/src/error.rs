//! What can go wrong with a file, and for whose reason.

use std::error::Error;
use std::io;

use crate::walk::Dimensions;

/// Why a file is not taken. Every one is the uploader's to mend, and none tells of other files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is not a byte in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are taken.
    #[error("the file has more than {max_bytes} bytes")]
    TooLarge {
        /// How many are taken.
        max_bytes: u64,
    },
    /// A program or a script, by its content or by its name.
    #[error("programs and scripts are not taken")]
    Executable,
    /// The name promises one type and the content is another.
    #[error("the name says {named}, the content is {found}")]
    Disguised {
        /// Media type that goes with the name.
        named: &'static str,
        /// Media type of the content.
        found: &'static str,
    },
    /// An image that ends before its end, or breaks its own format.
    #[error("the image is cut off or damaged")]
    Damaged,
    /// An image with more pixels than are taken, however few bytes it has.
    #[error("the image has {} by {} pixels, at most {max_pixels} are taken", .dimensions.width, .dimensions.height)]
    TooManyPixels {
        /// What the image says of itself.
        dimensions: Dimensions,
        /// How many are taken.
        max_pixels: u64,
    },
    /// A file that is a second one as well: an image with a web page, a document or an archive inside.
    #[error("there is {what} hidden in the file")]
    Hidden {
        /// What was found.
        what: &'static str,
    },
    /// An archive that unpacks to far more than it weighs, or does not hold together.
    #[error("the archive unpacks to too much, or does not hold together")]
    ArchiveBomb,
}

/// What a call to the store may end with.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The file is not taken.
    #[error("the file is refused")]
    Refused(#[from] Refusal),
    /// There is no file at this address.
    #[error("there is no such file")]
    NotFound,
    /// The range asked for begins beyond the end.
    #[error("the file has {size} bytes")]
    RangeNotSatisfiable {
        /// Length of the content.
        size: u64,
    },
    /// What is stored does not open: changed, cut off, or sealed for another owner.
    #[error("the stored file does not open")]
    DoesNotOpen,
    /// The address belongs to another owner.
    #[error("the file is another owner's")]
    AnothersFile,
    /// The object store failed, for now or by its configuration.
    #[error("the object store failed")]
    Store(#[source] object_store::Error),
    /// The directory of a local store failed, or a task of ours did.
    #[error("the directory of files failed")]
    Directory(#[source] std::io::Error),
}

impl FilesError {
    /// Whether the directory has no room left, or its quota is used up.
    pub fn is_full(&self) -> bool {
        let mut source = Some(self as &(dyn Error + 'static));
        while let Some(error) = source {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
                if full.contains(&error.kind()) {
                    return true;
                }
            }
            source = error.source();
        }
        false
    }
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            Self::NotFound
        } else {
            Self::Store(error)
        }
    }
}
