//! The side that reads: rows, checked, in chunks.

use std::io::Read;

use tokio::sync::mpsc;

use super::mapping::{ImportedTicket, Mapping, is_known};
use super::reader::{self, Limits, Record};
use super::{ImportError, ImportOptions, RowError, UnknownColumns};

/// Rows of a chunk, unless it is full of bytes before.
const CHUNK_ROWS: usize = 500;
/// Bytes of text in a chunk, roughly.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks that wait while one is appended.
pub(super) const CHUNKS: usize = 2;
/// Some rows, read and checked.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) tickets: Vec<ImportedTicket>,
    pub(super) bad: Vec<Vec<RowError>>,
    pub(super) ignored: Vec<String>,
    bytes: usize,
}

/// A chunk, or why there are no more.
pub(super) type Delivery = Result<Chunk, ImportError>;

/// Reads the file and checks its rows; ends early, without an error, when nobody listens any more.
pub(super) fn read<R: Read>(
    options: &ImportOptions,
    input: R,
    mapping: &Mapping,
    sender: &mpsc::Sender<Delivery>,
) -> Result<(), ImportError> {
    let rows = reader::rows(options.format, input, options.charset.as_deref(), Limits::default())?;
    if options.unknown == UnknownColumns::Refused
        && let Some(columns) = rows.columns()
    {
        let unknown = columns.iter().filter(|name| !is_known(name));
        let names: Vec<String> = unknown.map(|name| (*name).to_owned()).collect();
        if !names.is_empty() {
            return Err(ImportError::UnknownColumns { names });
        }
    }
    let mut chunk = Chunk::default();
    let mut broken = None;
    for record in rows {
        match record {
            Ok(Record::Row(row)) => {
                chunk.bytes += row.fields.values().map(weight).sum::<usize>();
                let mapped = mapping.map(row);
                for column in mapped.ignored {
                    if !chunk.ignored.contains(&column) {
                        chunk.ignored.push(column);
                    }
                }
                match mapped.ticket {
                    Ok(ticket) => chunk.tickets.push(*ticket),
                    Err(errors) => chunk.bad.push(errors),
                }
            }
            Ok(Record::Bad(bad)) => {
                chunk.bad.push(vec![RowError {
                    row: bad.number,
                    field: bad.field,
                    msg: bad.message,
                }]);
            }
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
        let full =
            chunk.tickets.len() + chunk.bad.len() >= CHUNK_ROWS || chunk.bytes >= CHUNK_BYTES;
        if full && sender.blocking_send(Ok(std::mem::take(&mut chunk))).is_err() {
            return Ok(());
        }
    }
    if chunk.tickets.len() + chunk.bad.len() > 0 && sender.blocking_send(Ok(chunk)).is_err() {
        return Ok(());
    }
    broken.map_or(Ok(()), |error| Err(error.into()))
}

fn weight(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(values) => values.iter().map(weight).sum(),
        serde_json::Value::Object(fields) => {
            fields.iter().map(|(name, value)| name.len() + weight(value)).sum()
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => 8,
    }
}
