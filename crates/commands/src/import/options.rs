//! What is said about a file with it.

use serde::{Deserialize, Serialize};

use super::reader::Format;

/// How a file is to be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportOptions {
    /// Its format.
    pub format: Format,
    /// Its charset, when it is known from elsewhere.
    pub charset: Option<String>,
    /// What becomes of columns that are not known.
    pub unknown: UnknownColumns,
    /// Whether rows may say how far their tickets have come.
    pub handling: Handling,
}

/// Whether rows may say how far their tickets have come: status, assignee, time of resolution. Who
/// may not do that to a ticket may not do it by a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// They may.
    Allowed,
    /// A row that does is bad.
    Refused,
}

/// What becomes of columns that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownColumns {
    /// A CSV file with one is refused as a whole, a row of JSON or XML with one by itself.
    Refused,
    /// They are ignored, and named in the report.
    Ignored,
}
