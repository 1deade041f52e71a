//! What became of an import.

use serde::Serialize;

use super::FileError;
use crate::CommandError;

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many rows it has; when it broke off, how many were read.
    pub total: u64,
    /// How many are tickets now.
    pub imported: u64,
    /// How many of these had been imported before, by the same command.
    pub replayed: u64,
    /// How many could not be used.
    pub failed: u64,
    /// What was wrong with those, in the order of the rows; the first [`ImportReport::MAX_ERRORS`].
    pub errors: Vec<RowError>,
    /// How many errors there were in all.
    pub error_count: u64,
    /// Columns that were not known and were ignored, as far as that was asked for.
    pub ignored_columns: Vec<String>,
    /// Position of the first event that was written; 0 when there was none.
    pub first_position: i64,
    /// The head of the log just after the last one.
    pub last_position: i64,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RowError {
    /// Which row: counted from 1, without a header.
    pub row: u64,
    /// The column at fault; none when it is not one column's.
    pub field: Option<String>,
    /// What is wrong, as a sentence.
    pub msg: String,
}

impl ImportReport {
    /// How many errors are named.
    pub const MAX_ERRORS: usize = 1000;
    /// How many ignored columns are named.
    const MAX_COLUMNS: usize = 100;

    /// A row could not be used.
    pub(crate) fn fail(&mut self, errors: Vec<RowError>) {
        self.failed += 1;
        self.error_count += errors.len() as u64;
        let room = Self::MAX_ERRORS.saturating_sub(self.errors.len());
        self.errors.extend(errors.into_iter().take(room));
    }

    /// Columns were ignored.
    pub(crate) fn ignore(&mut self, columns: Vec<String>) {
        for column in columns {
            let room = self.ignored_columns.len() < Self::MAX_COLUMNS;
            if room && !self.ignored_columns.contains(&column) {
                self.ignored_columns.push(column);
            }
        }
    }
}

/// Why a file was not imported, or not to its end. Rows before that may be tickets by then; the
/// same command may be given again, and repeats none of them.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read at all.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file has columns that are not known; nothing was imported.
    #[error("the file has columns that are not known: {}", .names.join(", "))]
    UnknownColumns {
        /// Their canonical names.
        names: Vec<String>,
    },
    /// It is not for lack of a good file.
    #[error(transparent)]
    Command(#[from] CommandError),
}
