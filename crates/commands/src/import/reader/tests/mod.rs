//! The readers as their callers see them.

mod csv;
mod encoding;
mod hostile;
mod json;
mod xml;

use std::io::{self, Read};

use serde_json::Value;

use super::{BadRow, FileError, Format, Limits, Record, Row, rows};

/// All records of a file and the error it ended with.
fn read_with(
    format: Format,
    input: impl Read,
    charset: Option<&str>,
    limits: Limits,
) -> (Vec<Record>, Option<FileError>) {
    let mut records = Vec::new();
    let reader = match rows(format, input, charset, limits) {
        Ok(reader) => reader,
        Err(error) => return (records, Some(error)),
    };
    for record in reader {
        match record {
            Ok(record) => records.push(record),
            Err(error) => return (records, Some(error)),
        }
    }
    (records, None)
}

fn read(format: Format, input: impl AsRef<[u8]>) -> (Vec<Record>, Option<FileError>) {
    // One byte at a time, so that no reader leans on the size of its pieces.
    read_with(format, Trickle(input.as_ref()), None, Limits::default())
}

/// All records of a file that can be read to its end.
fn whole(format: Format, input: impl AsRef<[u8]>) -> Vec<Record> {
    let (records, error) = read(format, input);
    assert!(error.is_none(), "{error:?}");
    records
}

/// The error of a file that cannot.
fn broken(format: Format, input: impl AsRef<[u8]>) -> FileError {
    read(format, input).1.expect("the file should not be readable")
}

fn good(record: &Record) -> &Row {
    match record {
        Record::Row(row) => row,
        Record::Bad(bad) => panic!("{bad:?}"),
    }
}

fn bad(record: &Record) -> &BadRow {
    match record {
        Record::Row(row) => panic!("{row:?}"),
        Record::Bad(bad) => bad,
    }
}

/// The fields of every row, as one JSON array; null for the bad rows.
fn fields(records: &[Record]) -> Value {
    let fields = records.iter().map(|record| match record {
        Record::Row(row) => Value::Object(row.fields.clone()),
        Record::Bad(_) => Value::Null,
    });
    fields.collect()
}

struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

/// A beginning, then `times` repetitions, then an end, never held in memory.
fn repeat(head: &'static str, part: &'static str, times: usize, tail: &'static str) -> impl Read {
    let parts = std::iter::repeat_n(part.as_bytes(), times);
    Parts { now: head.as_bytes(), then: parts.chain(std::iter::once(tail.as_bytes())) }
}

struct Parts<I> {
    now: &'static [u8],
    then: I,
}

impl<I: Iterator<Item = &'static [u8]>> Read for Parts<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < buffer.len() {
            if self.now.is_empty() {
                match self.then.next() {
                    Some(part) => self.now = part,
                    None => break,
                }
            }
            count += self.now.read(&mut buffer[count..])?;
        }
        Ok(count)
    }
}

/// They are driven from another thread than the one that asks for them.
#[test]
fn readers_and_what_they_give_may_cross_threads() {
    fn is_send<T: Send + 'static>() {}
    is_send::<super::Rows<std::fs::File>>();
    is_send::<Result<Record, FileError>>();
}
