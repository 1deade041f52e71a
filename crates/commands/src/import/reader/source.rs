//! A file's text with a finger on the line.

use std::io::{self, BufRead, Read};

use super::FileError;
use super::encoding::Decoded;

/// UTF-8 text that knows where it has been read to.
pub struct Source<R> {
    text: Decoded<R>,
    place: Place,
    /// How many bytes may be read before the next [`Source::allow`].
    allowance: usize,
}

struct Place {
    line: u64,
    column: u64,
    after_return: bool,
}

impl Place {
    fn pass(&mut self, byte: u8) {
        match byte {
            b'\n' if self.after_return => {}
            b'\r' | b'\n' => {
                self.line += 1;
                self.column = 1;
            }
            _ => self.column += 1,
        }
        self.after_return = byte == b'\r';
    }
}

impl<R: Read> Source<R> {
    pub fn new(text: Decoded<R>) -> Self {
        let place = Place { line: 1, column: 1, after_return: false };
        Self { text, place, allowance: usize::MAX }
    }

    /// The name of the file's charset.
    pub fn charset(&self) -> &'static str {
        self.text.charset()
    }

    /// The line of the next byte, from 1. CR, LF and CR LF each end one.
    pub fn line(&self) -> u64 {
        self.place.line
    }

    /// The column of the next byte in its line, in bytes, from 1.
    pub fn column(&self) -> u64 {
        self.place.column
    }

    /// Lets a parser that reads on its own read this many bytes and little more; then `fill_buf`
    /// fails and [`Source::is_spent`] says why.
    pub fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
    }

    /// Whether all that was allowed has been read.
    pub fn is_spent(&self) -> bool {
        self.allowance == 0
    }

    /// The next byte, left in place; `None` at the end of the file.
    pub fn peek(&mut self, row: u64) -> Result<Option<u8>, FileError> {
        Ok(self.chunk(row)?.first().copied())
    }

    /// The bytes last peeked at and not consumed.
    pub fn at_hand(&self) -> &[u8] {
        self.text.at_hand()
    }

    /// The bytes at hand or to be read next, left in place; none at the end of the file.
    pub fn chunk(&mut self, row: u64) -> Result<&[u8], FileError> {
        let line = self.place.line;
        self.text.fill_buf().map_err(|source| FileError::Read { row, line, source })
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_spent() {
            return Err(io::Error::other("more than was allowed"));
        }
        self.text.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        for &byte in self.text.at_hand().iter().take(count) {
            self.place.pass(byte);
        }
        self.allowance = self.allowance.saturating_sub(count);
        self.text.consume(count);
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
