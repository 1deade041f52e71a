//! XML: a list of elements, each with an element for every field. Attributes, comments and
//! processing instructions are passed over; document type definitions are refused.

use std::io::{self, Read};

use quick_xml::events::Event;
use quick_xml::{Error, Reader};
use serde_json::{Map, Value};

use super::row::{Draft, Record, Rules, canonical, shown};
use super::source::Source;
use super::{FileError, LIST_NAMES, RECORD_NAMES};

/// A row that is too long is skipped piece by piece, but each piece (a text, a tag) is held whole:
/// so much longer than a row it may be before the file is given up.
const PIECE_FACTOR: usize = 8;

/// The elements of the list.
pub struct XmlRows<R: Read> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    rules: Rules,
    row: u64,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Start,
    InList,
    AfterList,
}

/// What of an XML event matters here.
enum Piece {
    Open(String),
    Close,
    Text(String),
    /// A reference or ampersand that stands for nothing, and what to say of it.
    Unresolved(String),
    End,
}

impl<R: Read> XmlRows<R> {
    pub fn new(source: Source<R>, rules: Rules) -> Self {
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // So that a bare `&` costs its row and not the file.
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), rules, row: 0, state: State::Start }
    }

    pub fn next_record(&mut self) -> Result<Option<Record>, FileError> {
        loop {
            let line = self.line();
            match (self.state, self.next_piece()?) {
                (_, Piece::Text(text)) if text.trim().is_empty() => {}
                (State::Start | State::AfterList, Piece::End) => return Ok(None),
                (State::Start, Piece::Open(name)) if is_one_of(&LIST_NAMES, &name) => {
                    self.state = State::InList;
                }
                (State::Start, Piece::Open(name)) => {
                    return Err(not_a_list(line, format!("<{}>", shown(&name))));
                }
                (State::Start, Piece::Text(text) | Piece::Unresolved(text)) => {
                    return Err(not_a_list(line, format!("{:?}", shown(&text))));
                }
                (State::InList, Piece::Open(name)) => {
                    self.row += 1;
                    let mut draft = Draft::new(self.row, self.line());
                    if !is_one_of(&RECORD_NAMES, &name) {
                        let name = shown(&name);
                        draft.spoil(None, format!("unexpected <{name}>, expected <ticket>"));
                    }
                    return self.record(draft).map(Some);
                }
                (State::InList, Piece::Text(text) | Piece::Unresolved(text)) => {
                    self.row += 1;
                    let mut draft = Draft::new(self.row, line);
                    draft.spoil(None, format!("text outside of any ticket: {:?}", shown(&text)));
                    return Ok(Some(draft.finish()));
                }
                (State::InList, Piece::Close) => self.state = State::AfterList,
                (State::InList, Piece::End) => {
                    return Err(self.malformed("the file ends before its list is closed"));
                }
                (State::Start, Piece::Close)
                | (
                    State::AfterList,
                    Piece::Open(_) | Piece::Close | Piece::Text(_) | Piece::Unresolved(_),
                ) => {
                    return Err(self.malformed("something follows the end of the list"));
                }
            }
        }
    }

    /// Reads the rest of a record whose opening tag was the last piece.
    fn record(&mut self, mut draft: Draft) -> Result<Record, FileError> {
        let limits = self.rules.limits;
        let start = self.reader.buffer_position();
        let mut open = vec![Element::default()];
        loop {
            let piece = self.next_piece()?;
            if self.reader.buffer_position() - start > limits.max_row_bytes as u64 {
                draft.spoil_too_long(&self.rules);
            }
            let field = open.get(1).map(|element| canonical(&element.name));
            match piece {
                Piece::Open(name) => {
                    // The list and the record are two levels.
                    if open.len() + 2 > limits.max_depth {
                        let (row, line) = (self.row, self.line());
                        return Err(FileError::TooDeep { row, line, limit: limits.max_depth });
                    }
                    open.push(Element { name, ..Element::default() });
                }
                Piece::Close => {
                    let Some(Element { name, text, children }) = open.pop() else {
                        return Ok(draft.finish());
                    };
                    let is_field = open.len() == 1;
                    let Some(parent) = open.last_mut() else {
                        return Ok(draft.finish());
                    };
                    match (value(&name, text, children), field) {
                        _ if draft.is_spoilt() => {}
                        (Err(message), field) => draft.spoil(field.as_deref(), message),
                        (Ok(value), Some(field)) if is_field => {
                            draft.put(field, value, &self.rules);
                        }
                        (Ok(value), _) => parent.children.push((name, value)),
                    }
                }
                Piece::Text(text) if open.len() == 1 && !text.trim().is_empty() => {
                    draft.spoil(None, format!("text outside of any field: {:?}", shown(&text)));
                }
                Piece::Text(text) => match open.last_mut() {
                    Some(element) if !draft.is_spoilt() => element.text.push_str(&text),
                    Some(_) | None => {}
                },
                Piece::Unresolved(message) => draft.spoil(field.as_deref(), message),
                Piece::End => return Err(self.malformed("the file ends within a ticket")),
            }
        }
    }

    fn next_piece(&mut self) -> Result<Piece, FileError> {
        let most = self.rules.limits.max_row_bytes.saturating_mul(PIECE_FACTOR);
        loop {
            self.buffer.clear();
            self.reader.get_mut().allow(most);
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.failed(error, most)),
            };
            return Ok(match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    Piece::Open(tag.local_name().as_ref().to_owned())
                }
                Event::End(_) => Piece::Close,
                Event::Text(text) if text.contains('&') => {
                    Piece::Unresolved("a bare `&`: write `&amp;`".into())
                }
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => resolve(&reference),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
                Event::DocType(_) => {
                    return Err(FileError::EntitiesRefused { line: self.line() });
                }
                Event::Eof => Piece::End,
            });
        }
    }

    fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }

    fn malformed(&self, message: &str) -> FileError {
        FileError::Xml { row: self.row, line: self.line(), message: message.to_owned() }
    }

    fn failed(&self, error: Error, limit: usize) -> FileError {
        let (row, line) = (self.row, self.line());
        match error {
            Error::Io(_) if self.reader.get_ref().is_spent() => {
                FileError::TooLong { row, line, limit }
            }
            Error::Io(error) => {
                FileError::Read { row, line, source: io::Error::new(error.kind(), error) }
            }
            error => self.malformed(&error.to_string()),
        }
    }
}

fn not_a_list(line: u64, found: String) -> FileError {
    FileError::NotAList { line, found, expected: "<tickets>" }
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The five predefined entities and numeric references; nothing else is ever defined.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Piece {
    let name: &str = reference;
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Piece::Text(character.into());
    }
    match quick_xml::escape::resolve_xml_entity(name) {
        Some(text) => Piece::Text(text.to_owned()),
        None => Piece::Unresolved(format!("the entity `&{};` is not defined", shown(name))),
    }
}

/// An element that is still open.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

/// The value of a finished element: its text; or an array if its children are all called `item` or
/// like itself in the singular (`<tags><tag>`); or an object.
fn value(name: &str, text: String, children: Vec<(String, Value)>) -> Result<Value, String> {
    if children.is_empty() {
        let is_blank = text.trim().is_empty();
        return Ok(Value::String(if is_blank { String::new() } else { text }));
    }
    if !text.trim().is_empty() {
        return Err(format!("text between its elements: {:?}", shown(text.trim())));
    }
    let is_entry = |child: &str| child == "item" || name.strip_suffix('s') == Some(child);
    if children.iter().all(|(child, _)| is_entry(child)) {
        return Ok(Value::Array(children.into_iter().map(|(_, value)| value).collect()));
    }
    let mut fields = Map::new();
    for (child, value) in children {
        if fields.contains_key(&child) {
            return Err(format!("<{}> stands more than once", shown(&child)));
        }
        fields.insert(child, value);
    }
    Ok(Value::Object(fields))
}
