//! CSV as people's programs write it: any delimiter, quoting and line ending; ragged and broken rows.

use std::io::{BufRead, Read};

use csv_core::{ReadFieldResult, Reader};
use serde_json::Value;

use super::encoding::MALFORMED;
use super::row::{Draft, Record, Rules, canonical};
use super::source::Source;
use super::{FileError, Limits};

/// In the order in which they win a tie.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The rows below the header.
pub struct CsvRows<R: Read> {
    source: Source<R>,
    splitter: Splitter,
    rules: Rules,
    /// Canonical, in the file's order; empty where the header names nothing.
    columns: Vec<String>,
    row: u64,
}

impl<R: Read> CsvRows<R> {
    /// Reads the header.
    pub fn open(mut source: Source<R>, rules: Rules) -> Result<Self, FileError> {
        let delimiter = find_delimiter(&mut source)?;
        let mut splitter = Splitter::new(delimiter, &rules.limits);
        let columns = match splitter.read(&mut source, 0, rules.limits.max_fields)? {
            Some(header) => name_columns(&splitter, &header, &rules)?,
            None => Vec::new(),
        };
        Ok(Self { source, splitter, rules, columns, row: 0 })
    }

    /// The names of the columns, without the nameless.
    pub fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).filter(|name| !name.is_empty()).collect()
    }

    pub fn next_record(&mut self) -> Result<Option<Record>, FileError> {
        loop {
            let width = self.columns.len();
            let Some(split) = self.splitter.read(&mut self.source, self.row + 1, width)? else {
                return Ok(None);
            };
            if split.too_long || self.splitter.fields().any(|field| !field.trim().is_empty()) {
                self.row += 1;
                return Ok(Some(self.record(&split)));
            }
        }
    }

    fn record(&self, split: &Split) -> Record {
        let mut draft = Draft::new(self.row, split.first_line);
        if split.too_long {
            draft.spoil_too_long(&self.rules);
        } else if let Some((first, last)) = split.misquoted {
            let message = format!(
                "text follows the closing quote of a field that spans lines {first} to {last}: \
                 is a closing quote missing?"
            );
            draft.spoil(None, message);
        } else if split.count != self.columns.len() {
            draft.spoil(None, count_mismatch(split, self.columns.len()));
        }
        for (index, (name, field)) in self.columns.iter().zip(self.splitter.fields()).enumerate() {
            if draft.is_spoilt() {
                break;
            }
            if !name.is_empty() {
                draft.put(name.clone(), Value::String(field.to_owned()), &self.rules);
            } else if !field.is_empty() {
                draft.spoil(None, format!("column {} has a value but no name", index + 1));
            }
        }
        draft.finish()
    }
}

fn count_mismatch(split: &Split, width: usize) -> String {
    let Split { count, first_line, last_line, .. } = *split;
    let mut message = format!("has {count} fields, but the header has {width}");
    if last_line > first_line {
        message += &format!(
            "; a quoted field makes it span lines {first_line} to {last_line}: \
             is a closing quote missing?"
        );
    }
    message
}

fn name_columns(
    splitter: &Splitter,
    header: &Split,
    rules: &Rules,
) -> Result<Vec<String>, FileError> {
    let Limits { max_row_bytes, max_fields, .. } = rules.limits;
    if header.too_long || header.count > max_fields {
        return Err(FileError::HeaderTooLong { max_bytes: max_row_bytes, max_fields });
    }
    let mut columns: Vec<String> = Vec::with_capacity(header.count);
    for name in splitter.fields().map(canonical) {
        if name.contains(MALFORMED) {
            return Err(FileError::HeaderNotText { charset: rules.charset });
        }
        if !name.is_empty() && columns.contains(&name) {
            return Err(FileError::DuplicateColumn { column: super::row::shown(&name) });
        }
        columns.push(name);
    }
    Ok(columns)
}

/// The delimiter that splits the header into most columns, or the one that a first line `sep=;` (as
/// spreadsheets write it) names.
fn find_delimiter<R: Read>(source: &mut Source<R>) -> Result<u8, FileError> {
    skip_line_ends(source, 0)?;
    let head = source.chunk(0)?;
    if let [b's', b'e', b'p', b'=', delimiter, b'\r' | b'\n', ..] = *head {
        source.consume(b"sep=;".len());
        return Ok(delimiter);
    }
    let mut best = (0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let columns = count_columns(head, delimiter);
        if columns > best.0 {
            best = (columns, delimiter);
        }
    }
    Ok(best.1)
}

/// How many columns the record at the beginning of `head` has.
fn count_columns(mut head: &[u8], delimiter: u8) -> usize {
    let mut core = new_core(delimiter);
    let mut scratch = [0; 1024];
    let mut columns = 1;
    loop {
        let (result, read, _) = core.read_field(head, &mut scratch);
        head = &head[read..];
        match result {
            ReadFieldResult::OutputFull => {}
            ReadFieldResult::Field { record_end: false } => columns += 1,
            ReadFieldResult::Field { record_end: true }
            | ReadFieldResult::InputEmpty
            | ReadFieldResult::End => return columns,
        }
    }
}

/// Passes over line ends; false at the end of the file.
fn skip_line_ends<R: Read>(source: &mut Source<R>, row: u64) -> Result<bool, FileError> {
    while let Some(byte) = source.peek(row)? {
        if !matches!(byte, b'\r' | b'\n') {
            return Ok(true);
        }
        source.consume(1);
    }
    Ok(false)
}

fn new_core(delimiter: u8) -> Reader {
    csv_core::ReaderBuilder::new().delimiter(delimiter).build()
}

/// Cuts text into records of fields, holding one at a time.
struct Splitter {
    core: Reader,
    max_row_bytes: usize,
    scratch: Vec<u8>,
    /// The fields of the last record, one after the other, as far as they are kept.
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// What was found of one record.
struct Split {
    first_line: u64,
    last_line: u64,
    /// How many fields it has, kept or not.
    count: usize,
    too_long: bool,
    /// The first and last line of a field that goes on after its closing quote, lines below the
    /// opening one: quotes that do not pair, and rows swallowed between them.
    misquoted: Option<(u64, u64)>,
}

/// The quotes of one field, as written and as kept.
#[derive(Default)]
struct Quotes {
    written: usize,
    kept: usize,
    /// The last byte written that is not a space.
    last: u8,
}

impl Quotes {
    fn see(&mut self, written: &[u8], kept: &[u8]) {
        let is_quote = |byte: &&u8| **byte == b'"';
        self.written += written.iter().filter(is_quote).count();
        self.kept += kept.iter().filter(is_quote).count();
        self.last = written.iter().rfind(|byte| **byte != b' ').copied().unwrap_or(self.last);
    }

    /// Whether they are one around the field on each side, and each inside doubled.
    fn pair_up(&self) -> bool {
        self.last == b'"' && self.written == 2 + 2 * self.kept
    }
}

impl Splitter {
    fn new(delimiter: u8, limits: &Limits) -> Self {
        Self {
            core: new_core(delimiter),
            max_row_bytes: limits.max_row_bytes,
            scratch: vec![0; 4096],
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// The kept fields of the last record read.
    fn fields(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = starts.zip(self.ends.iter().copied());
        // The source gives UTF-8 and fields are cut at ASCII, so no field is ever lost here.
        ranges.map(|(start, end)| str::from_utf8(&self.text[start..end]).unwrap_or_default())
    }

    /// Reads the next record and keeps its first `width` fields, unless it is too long.
    fn read<R: Read>(
        &mut self,
        source: &mut Source<R>,
        row: u64,
        width: usize,
    ) -> Result<Option<Split>, FileError> {
        self.text.clear();
        self.ends.clear();
        if !skip_line_ends(source, row)? {
            return Ok(None);
        }
        let first_line = source.line();
        let (mut count, mut too_long, mut misquoted) = (0, false, None);
        let mut field_line = first_line;
        let mut quotes = Quotes::default();
        let mut length = 0;
        loop {
            // A line end after the end of the file closes any record but one with an open quote.
            let chunk = source.chunk(row)?;
            let at_end = chunk.is_empty();
            let chunk = if at_end { b"\n" } else { chunk };
            let (result, read, written) = self.core.read_field(chunk, &mut self.scratch);
            let ends_field = matches!(result, ReadFieldResult::Field { .. });
            quotes.see(
                &chunk[..read.saturating_sub(usize::from(ends_field))],
                &self.scratch[..written],
            );
            if !at_end {
                source.consume(read);
                length += read;
            }
            too_long |= length > self.max_row_bytes;
            let keeps = !too_long && count < width;
            if keeps {
                self.text.extend_from_slice(&self.scratch[..written]);
            }
            match result {
                ReadFieldResult::OutputFull => {}
                ReadFieldResult::InputEmpty if at_end => {
                    return Err(FileError::UnterminatedQuote { row, line: field_line });
                }
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::End => return Ok(None),
                ReadFieldResult::Field { record_end } => {
                    if keeps {
                        self.ends.push(self.text.len());
                    }
                    count += 1;
                    // A line end that was consumed to end the record is not one inside the field.
                    let last_line = source.line() - u64::from(record_end && !at_end);
                    if last_line > field_line && !quotes.pair_up() {
                        misquoted = misquoted.or(Some((field_line, last_line)));
                    }
                    if record_end {
                        return Ok(Some(Split {
                            first_line,
                            last_line,
                            count,
                            too_long,
                            misquoted,
                        }));
                    }
                    field_line = last_line;
                    quotes = Quotes::default();
                }
            }
        }
    }
}
