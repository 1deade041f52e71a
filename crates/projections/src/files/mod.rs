//! The files of tickets. Which there are stands in the tickets; beside them, which ticket a file is of, and what machines
//! found in it: whether its text was read and whether it has a thumbnail. The texts themselves are read from the log.

mod findings;
mod of_tickets;
mod query;
mod reading;

use chrono::{DateTime, Utc};
use domain::file::{FileAddress, NotReadReason, OcrEngine, TextLanguage, TextSource};
use domain::ticket::FileRole;
use domain::vocabulary::MediaType;
use domain::{FileId, Personal, ReadingId, TicketId};
use serde::{Deserialize, Serialize};

use crate::UserBrief;

pub(crate) use findings::fold;
pub(crate) use of_tickets::{OfTicket, store as store_of_tickets};
pub(crate) use query::{by_id, counts, of_ticket};
pub(crate) use reading::reading;

/// Which ticket each file is of: folded with the tickets.
pub(crate) const OF_TICKETS: &str = "
create table ticket_files (
    file_id   uuid not null,
    ticket_id uuid not null,
    role      text not null,
    primary key (file_id, ticket_id)
);
";

pub(crate) const OF_TICKETS_INDEX: &str =
    "create index ticket_files_ticket on ticket_files (ticket_id)";

pub(crate) const TABLES: &str = "
create table file_findings (
    file_id  uuid    not null primary key,
    version  integer not null, -- of the file's stream
    findings text    not null  -- JSON of Findings
);
";

/// A file of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// The ticket it belongs to.
    pub ticket_id: TicketId,
    /// What it is to the ticket.
    pub role: FileRole,
    /// Its place among the files of its role, from 0.
    pub order_index: u32,
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
    /// Who attached it, as known now: nothing but the id of a user that is not; none when it came without a sign-in.
    pub uploaded_by: Option<UserBrief>,
    /// When it was attached.
    pub attached_at: DateTime<Utc>,
    /// Whether its text was read.
    pub text: TextStatus,
    /// Its thumbnail, once there is one.
    pub thumbnail: Option<ThumbnailRow>,
}

/// Whether the text of a file was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum TextStatus {
    /// It is of no kind that is read; see [`Readable`](domain::file::Readable).
    None,
    /// Nobody came to it yet.
    #[default]
    Pending,
    /// It was read.
    Read(TextFound),
    /// It could not be read.
    NotRead {
        /// Why.
        reason: NotReadReason,
    },
}

/// What is known of a text that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextFound {
    /// Which reading it was.
    pub reading_id: ReadingId,
    /// Where the text was taken from.
    pub source: TextSource,
    /// What read it; none of a text layer.
    pub engine: Option<OcrEngine>,
    /// The language of the text.
    pub language: TextLanguage,
    /// How sure the engine is, from 0 to 1; none of a text layer.
    pub mean_confidence: Option<f64>,
    /// How many characters the text has; 0 once erased.
    pub chars: u64,
    /// How many pages the file has.
    pub page_count: u32,
    /// How many of them were read.
    pub pages_read: u32,
    /// When it was recorded.
    pub read_at: DateTime<Utc>,
}

/// A thumbnail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThumbnailRow {
    /// Where it lies.
    pub address: FileAddress,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its size in bytes.
    pub size: u64,
}

/// How many files a ticket has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Images.
    pub images: i64,
    /// Other files.
    pub attachments: i64,
}
