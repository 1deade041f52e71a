//! The files of a ticket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::file::FileAddress;
use crate::ids::{FileId, UserId};
use crate::personal::Personal;
use crate::ticket::values::FileRole;
use crate::vocabulary::MediaType;

/// Data of `ticket.file_attached`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileAttached {
    /// The file.
    pub file_id: FileId,
    /// What it is to the ticket. An image comes behind the others.
    pub role: FileRole,
    /// Its name.
    pub name: Personal<String>,
    /// What its content was found to be.
    pub content_type: MediaType,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hex digits.
    pub sha256: Personal<String>,
    /// Where its content lies.
    pub address: FileAddress,
    /// The width in pixels of a picture as it is stored, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Who attached it; absent when it came without a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_by: Option<UserId>,
}

/// Data of `ticket.file_renamed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRenamed {
    /// The file.
    pub file_id: FileId,
    /// Its new name.
    pub name: Personal<String>,
}

/// Data of `ticket.file_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRemoved {
    /// The file.
    pub file_id: FileId,
}

/// Data of `ticket.images_reordered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImagesReordered {
    /// All its images in their new order.
    pub order: Vec<FileId>,
}
