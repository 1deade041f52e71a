//! The files of a ticket.

use serde::{Deserialize, Serialize};

use super::events::FileAttached;
use super::state::Ticket;
use super::values::FileRole;
use crate::Timestamp;
use crate::file::FileAddress;
use crate::ids::{FileId, UserId};
use crate::personal::Personal;
use crate::vocabulary::MediaType;

/// A file of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFile {
    /// Its id, which also names the stream of what was found in it.
    pub id: FileId,
    /// What it is to the ticket.
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
    pub width: Option<u32>,
    /// Its height in pixels.
    pub height: Option<u32>,
    /// Who attached it; none when it came without a sign-in.
    pub uploaded_by: Option<UserId>,
    /// When it was attached.
    pub attached_at: Timestamp,
}

impl TicketFile {
    pub(super) fn attached(event: &FileAttached, at: Timestamp) -> Self {
        Self {
            id: event.file_id,
            role: event.role,
            name: event.name.clone(),
            content_type: event.content_type.clone(),
            size: event.size,
            sha256: event.sha256.clone(),
            address: event.address.clone(),
            width: event.width,
            height: event.height,
            uploaded_by: event.uploaded_by,
            attached_at: at,
        }
    }
}

impl Ticket {
    /// The file, if it is one of the ticket.
    pub fn file(&self, id: FileId) -> Option<&TicketFile> {
        self.files.iter().find(|file| file.id == id)
    }

    /// The images in their order.
    pub fn images(&self) -> impl Iterator<Item = &TicketFile> {
        self.files.iter().filter(|file| file.role == FileRole::Image)
    }

    /// The other files in the order they were attached.
    pub fn attachments(&self) -> impl Iterator<Item = &TicketFile> {
        self.files.iter().filter(|file| file.role == FileRole::Attachment)
    }

    /// Puts the images in this order; those it does not name come behind, in the order they had.
    pub(super) fn reorder_images(&mut self, order: &[FileId]) {
        let place = |file: &TicketFile| match file.role {
            FileRole::Image => order.iter().position(|id| *id == file.id).unwrap_or(order.len()),
            // Among themselves attachments stay as they are, wherever the images go.
            FileRole::Attachment => usize::MAX,
        };
        self.files.sort_by_key(place);
    }
}
