//! JSON, cut into its elements without parsing the whole; each is then parsed by `serde_json`.

mod fields;

use std::io::{BufRead, Read};

use serde::de::{DeserializeSeed, IgnoredAny};

use fields::Fields;

use super::row::{Draft, Record, Rules};
use super::source::Source;
use super::{FileError, LIST_NAMES};

/// The elements of the list.
pub struct JsonRows<R: Read> {
    source: Source<R>,
    rules: Rules,
    row: u64,
    state: State,
    taken: Taken,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Start,
    /// In an array of elements.
    List(Next, Around),
    /// In the object around the list, after the list.
    AfterWrappedList,
    /// Between one object and the next, with nothing around them.
    Lines,
    /// After all that may stand in the file.
    End,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    ElementOrEnd,
    CommaOrEnd,
}

/// What the list stands in.
#[derive(Debug, Clone, Copy)]
enum Around {
    File,
    Object,
}

/// The element being read, verbatim.
#[derive(Debug, Default)]
struct Taken {
    text: Vec<u8>,
    line: u64,
    column: u64,
    too_long: bool,
}

impl<R: Read> JsonRows<R> {
    pub fn new(source: Source<R>, rules: Rules) -> Self {
        Self { source, rules, row: 0, state: State::Start, taken: Taken::default() }
    }

    pub fn next_record(&mut self) -> Result<Option<Record>, FileError> {
        loop {
            let byte = self.peek_past_space()?;
            match (self.state, byte) {
                (State::Start | State::Lines | State::End, None) => return Ok(None),
                (State::Start, Some(b'[')) => {
                    self.source.consume(1);
                    self.state = State::List(Next::ElementOrEnd, Around::File);
                }
                (State::Start, Some(b'{')) => {
                    self.begin();
                    self.take();
                    if let Some(record) = self.walk_object(Next::ElementOrEnd)? {
                        return Ok(Some(record));
                    }
                }
                (State::Start, Some(_)) => return Err(self.not_a_list()),
                (State::Lines, Some(_)) => return self.element().map(Some),
                (State::End, Some(_)) => {
                    return Err(self.syntax("something follows the end of the list"));
                }
                (State::List(_, around), Some(b']')) => {
                    self.source.consume(1);
                    self.state = match around {
                        Around::File => State::End,
                        Around::Object => State::AfterWrappedList,
                    };
                }
                (State::List(Next::ElementOrEnd, around), _) => {
                    self.state = State::List(Next::CommaOrEnd, around);
                    return self.element().map(Some);
                }
                (State::List(Next::CommaOrEnd, around), Some(b',')) => {
                    self.source.consume(1);
                    self.peek_past_space()?;
                    self.state = State::List(Next::CommaOrEnd, around);
                    return self.element().map(Some);
                }
                (State::List(Next::CommaOrEnd, _), _) => {
                    return Err(self.syntax("expected `,` or `]` after a row"));
                }
                (State::AfterWrappedList, _) => {
                    self.begin();
                    self.state = State::End;
                    self.walk_object(Next::CommaOrEnd)?;
                }
            }
        }
    }

    /// Walks on in the outermost object, up to its list or its end. If it ends without any, it was
    /// itself the first record.
    fn walk_object(&mut self, mut next: Next) -> Result<Option<Record>, FileError> {
        let first = matches!(self.state, State::Start);
        loop {
            match (next, self.take_space()?) {
                (Next::ElementOrEnd | Next::CommaOrEnd, Some(b'}')) => {
                    self.take();
                    if !first {
                        return Ok(None);
                    }
                    self.state = State::Lines;
                    self.row += 1;
                    return self.parse().map(Some);
                }
                (Next::CommaOrEnd, Some(b',')) => {
                    self.take();
                    self.take_space()?;
                }
                (Next::CommaOrEnd, _) => return Err(self.syntax("expected `,` or `}`")),
                (Next::ElementOrEnd, _) => {}
            }
            next = Next::CommaOrEnd;
            if self.take_key()? && self.source.peek(self.row)? == Some(b'[') {
                self.source.consume(1);
                self.state = State::List(Next::ElementOrEnd, Around::Object);
                return Ok(None);
            }
            self.take_value(1)?;
        }
    }

    /// Takes a key of the outermost object and what stands before its value. True if the key is one
    /// that the list may have.
    fn take_key(&mut self) -> Result<bool, FileError> {
        if self.taken.too_long {
            // The object is no record any more, but it may still hold the list.
            self.taken.text.clear();
        }
        let start = self.taken.text.len();
        if self.source.peek(self.row)? != Some(b'"') {
            return Err(self.syntax("expected a key in quotes"));
        }
        self.take_string()?;
        let key: Option<&str> = serde_json::from_slice(&self.taken.text[start..]).ok();
        let is_list = key.is_some_and(|key| LIST_NAMES.contains(&key));
        if self.take_space()? != Some(b':') {
            return Err(self.syntax("expected `:` after a key"));
        }
        self.take();
        self.take_space()?;
        Ok(is_list)
    }

    fn element(&mut self) -> Result<Record, FileError> {
        self.row += 1;
        self.begin();
        let depth = usize::from(matches!(self.state, State::List(..)));
        self.take_value(depth)?;
        self.parse()
    }

    fn begin(&mut self) {
        let (line, column) = (self.source.line(), self.source.column());
        self.taken.text.clear();
        self.taken =
            Taken { text: std::mem::take(&mut self.taken.text), line, column, too_long: false };
    }

    /// Takes the byte last peeked at.
    fn take(&mut self) {
        match self.source.at_hand().first() {
            Some(&byte) if self.taken.text.len() < self.rules.limits.max_row_bytes => {
                self.taken.text.push(byte);
            }
            Some(_) => self.taken.too_long = true,
            None => {}
        }
        self.source.consume(1);
    }

    /// Takes one value, finding its end by its quotes and brackets; `depth` is how deep it stands.
    fn take_value(&mut self, depth: usize) -> Result<(), FileError> {
        let mut closers = Vec::new();
        loop {
            match self.source.peek(self.row)? {
                None => return Err(self.syntax("the file ends within a row")),
                Some(b'"') => self.take_string()?,
                Some(open @ (b'{' | b'[')) => {
                    let limit = self.rules.limits.max_depth;
                    if depth + closers.len() >= limit {
                        let line = self.source.line();
                        return Err(FileError::TooDeep { row: self.row, line, limit });
                    }
                    closers.push(if open == b'{' { b'}' } else { b']' });
                    self.take();
                }
                Some(close @ (b'}' | b']')) => {
                    if closers.pop() != Some(close) {
                        return Err(self.syntax(&format!("unexpected `{}`", char::from(close))));
                    }
                    self.take();
                }
                Some(byte) if is_literal(byte) => self.take_while(is_literal)?,
                Some(_) if closers.is_empty() => return Err(self.syntax("expected a value")),
                Some(_) => self.take(),
            }
            if closers.is_empty() {
                return Ok(());
            }
        }
    }

    fn take_string(&mut self) -> Result<(), FileError> {
        self.take();
        loop {
            match self.source.peek(self.row)? {
                None | Some(b'\n' | b'\r') => {
                    return Err(self.syntax("a string is not closed on its line"));
                }
                Some(b'"') => {
                    self.take();
                    return Ok(());
                }
                Some(b'\\') => {
                    self.take();
                    if self.source.peek(self.row)?.is_some() {
                        self.take();
                    }
                }
                Some(_) => self.take(),
            }
        }
    }

    fn take_while(&mut self, wanted: fn(u8) -> bool) -> Result<(), FileError> {
        while self.source.peek(self.row)?.is_some_and(wanted) {
            self.take();
        }
        Ok(())
    }

    fn take_space(&mut self) -> Result<Option<u8>, FileError> {
        self.take_while(is_space)?;
        self.source.peek(self.row)
    }

    fn peek_past_space(&mut self) -> Result<Option<u8>, FileError> {
        while self.source.peek(self.row)?.is_some_and(is_space) {
            self.source.consume(1);
        }
        self.source.peek(self.row)
    }

    fn not_a_list(&mut self) -> FileError {
        let found = self.source.at_hand();
        let found = String::from_utf8_lossy(&found[..found.len().min(20)]).into_owned();
        let expected = "a JSON array of objects";
        FileError::NotAList { line: self.source.line(), found, expected }
    }

    fn syntax(&self, message: &str) -> FileError {
        let (line, column) = (self.source.line(), self.source.column());
        FileError::Json { row: self.row, line, column, message: message.to_owned() }
    }

    /// Makes a record of what was taken.
    fn parse(&self) -> Result<Record, FileError> {
        let Taken { text, line, column, too_long } = &self.taken;
        let mut draft = Draft::new(self.row, *line);
        if *too_long {
            draft.spoil_too_long(&self.rules);
            return Ok(draft.finish());
        }
        let mut parser = serde_json::Deserializer::from_slice(text);
        let seed = Fields { draft: &mut draft, rules: &self.rules };
        let Err(error) = seed.deserialize(&mut parser) else {
            return Ok(draft.finish());
        };
        // Only what breaks the grammar makes the rest of the file doubtful; a number out of range
        // or half a surrogate pair is this row's fault alone.
        match serde_json::from_slice::<IgnoredAny>(text) {
            Ok(_) => {
                draft.spoil(None, without_position(&error));
                Ok(draft.finish())
            }
            Err(error) => {
                let (error_line, error_column) = (error.line() as u64, error.column() as u64);
                Err(FileError::Json {
                    row: self.row,
                    line: line + error_line.saturating_sub(1),
                    column: if error_line > 1 { error_column } else { column + error_column - 1 },
                    message: without_position(&error),
                })
            }
        }
    }
}

/// The message without its position, which counts from the row's beginning.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => message,
    }
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
