//! Streaming readers of import files: CSV, JSON and XML become one sequence of rows.
//!
//! Nothing here knows what a ticket is, and nothing here holds more than one row: memory stays
//! flat whatever the size of the file. A row that cannot be used is a [`BadRow`] and the file goes
//! on; only what makes the rest unreadable is a [`FileError`], and the rows before it are already
//! out. The readers are synchronous; run them where blocking is allowed.
//!
//! The floors: `encoding` turns bytes into text, `source` counts its lines, `csv`, `json`
//! and `xml` cut it into rows, and `row` says what a row may hold.

mod csv;
mod encoding;
mod json;
mod row;
mod source;
#[cfg(test)]
mod tests;
mod xml;

use std::io::{self, Read};

pub use row::{BadRow, Limits, Record, Row, canonical};

use row::Rules;
use serde::{Deserialize, Serialize};
use source::Source;

/// What the list of records may be called in JSON and XML, and a record of it in XML.
const LIST_NAMES: [&str; 2] = ["tickets", "items"];
const RECORD_NAMES: [&str; 2] = ["ticket", "item"];

/// The formats an import file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A header line, then one record per line; delimited by `,`, `;`, tab or `|`.
    Csv,
    /// An array of objects, the same inside `{"tickets": […]}` or `{"items": […]}` whatever else
    /// that object holds, or one object after another (JSON Lines).
    Json,
    /// `<tickets><ticket><subject>…</subject>…</ticket>…</tickets>`, or `<items><item>`.
    Xml,
}

/// Why a file cannot be read on. `row` is the number of the row being read then, as in
/// [`Row::number`]; 0 is what stands before the first row, such as a CSV header.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The input failed, not the file.
    #[error("the file could not be read at row {row}, line {line}")]
    Read {
        /// The row being read.
        row: u64,
        /// The physical line, from 1.
        line: u64,
        /// What the input said.
        #[source]
        source: io::Error,
    },
    /// The given or declared charset is not one we can decode.
    #[error("the charset {label:?} is not supported; save the file as UTF-8")]
    UnknownCharset {
        /// The charset as it was named.
        label: String,
    },
    /// Two columns of the CSV header have the same canonical name.
    #[error("the column {column:?} stands more than once in the header")]
    DuplicateColumn {
        /// The canonical name.
        column: String,
    },
    /// The CSV header has bytes that are not text in the file's charset.
    #[error("the header is not valid {charset}")]
    HeaderNotText {
        /// The charset the file was read as.
        charset: &'static str,
    },
    /// The CSV header is longer or wider than the limits.
    #[error("the header is longer than {max_bytes} bytes or has more than {max_fields} columns")]
    HeaderTooLong {
        /// See [`Limits::max_row_bytes`].
        max_bytes: usize,
        /// See [`Limits::max_fields`].
        max_fields: usize,
    },
    /// A CSV quote was opened and the file ended before it was closed: all that follows it was
    /// read as one field.
    #[error("row {row}: the quote opened in line {line} is never closed")]
    UnterminatedQuote {
        /// The row with the quote.
        row: u64,
        /// The line where the quoted field begins.
        line: u64,
    },
    /// The file is no list of records at all.
    #[error("line {line}: found {found}, expected {expected}")]
    NotAList {
        /// The line where it shows.
        line: u64,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// The file is not JSON from here on.
    #[error("row {row}, line {line}, column {column}: {message}")]
    Json {
        /// The row being read.
        row: u64,
        /// The physical line, from 1.
        line: u64,
        /// The column in that line, in bytes of UTF-8, from 1.
        column: u64,
        /// What is wrong.
        message: String,
    },
    /// The file is not well-formed XML from here on.
    #[error("row {row}, line {line}: {message}")]
    Xml {
        /// The row being read.
        row: u64,
        /// The physical line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The XML has a document type definition, which could define entities.
    #[error("line {line}: a document type definition (DOCTYPE) is refused")]
    EntitiesRefused {
        /// The line of the definition.
        line: u64,
    },
    /// JSON or XML is nested more deeply than allowed.
    #[error("row {row}, line {line}: nested more than {limit} levels deep")]
    TooDeep {
        /// The row being read.
        row: u64,
        /// The physical line, from 1.
        line: u64,
        /// See [`Limits::max_depth`].
        limit: usize,
    },
    /// One piece of XML (a text, a tag, a comment) is too long to be skipped.
    #[error("row {row}, line {line}: a single text or tag is longer than {limit} bytes")]
    TooLong {
        /// The row being read.
        row: u64,
        /// The physical line the reader had come to.
        line: u64,
        /// The limit, in bytes.
        limit: usize,
    },
}

impl FileError {
    /// The row that was being read, 0 for what stands before the first one.
    pub fn row(&self) -> u64 {
        match self {
            Self::Read { row, .. }
            | Self::UnterminatedQuote { row, .. }
            | Self::Json { row, .. }
            | Self::Xml { row, .. }
            | Self::TooDeep { row, .. }
            | Self::TooLong { row, .. } => *row,
            Self::UnknownCharset { .. }
            | Self::DuplicateColumn { .. }
            | Self::HeaderNotText { .. }
            | Self::HeaderTooLong { .. }
            | Self::NotAList { .. }
            | Self::EntitiesRefused { .. } => 0,
        }
    }
}

/// Opens an import file and reads as far as its first row.
///
/// `charset` is a label such as the `charset` of a Content-Type; it wins over any detection. Without
/// it a byte order mark decides, then an XML declaration, then the bytes themselves.
///
/// # Errors
/// When the charset is unknown or the CSV header cannot be used. An empty file is no error and has
/// no rows.
pub fn rows<R: Read>(
    format: Format,
    input: R,
    charset: Option<&str>,
    limits: Limits,
) -> Result<Rows<R>, FileError> {
    let source = Source::new(encoding::decode(input, format, charset)?);
    let rules = Rules { limits, charset: source.charset() };
    let reader = match format {
        Format::Csv => Reader::Csv(Box::new(csv::CsvRows::open(source, rules)?)),
        Format::Json => Reader::Json(json::JsonRows::new(source, rules)),
        Format::Xml => Reader::Xml(xml::XmlRows::new(source, rules)),
    };
    Ok(Rows { reader: Some(reader) })
}

/// The rows of one file, in its order. Ends after the last one or after a [`FileError`].
pub struct Rows<R: Read> {
    /// `None` once the file has ended.
    reader: Option<Reader<R>>,
}

enum Reader<R: Read> {
    Csv(Box<csv::CsvRows<R>>),
    Json(json::JsonRows<R>),
    Xml(xml::XmlRows<R>),
}

impl<R: Read> Rows<R> {
    /// The canonical column names of a CSV file's header in its order, those of the caller's
    /// knowing and others; nameless columns are left out. `None` for the other formats and after
    /// the end.
    pub fn columns(&self) -> Option<Vec<&str>> {
        match self.reader.as_ref()? {
            Reader::Csv(csv) => Some(csv.columns()),
            Reader::Json(_) | Reader::Xml(_) => None,
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Record, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.reader.as_mut()? {
            Reader::Csv(csv) => csv.next_record(),
            Reader::Json(json) => json.next_record(),
            Reader::Xml(xml) => xml.next_record(),
        };
        if !matches!(record, Ok(Some(_))) {
            self.reader = None;
        }
        record.transpose()
    }
}
