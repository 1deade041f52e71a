//! The structure of PNG (third edition): chunks, each with its length before it.

use super::numbers::be32;
use super::{State, Walk};

impl Walk {
    pub(super) fn png(&mut self, got: &[u8]) {
        match self.state {
            State::PngSignature if got == b"\x89PNG\r\n\x1a\n" => self.next(State::PngChunk, 8),
            State::PngChunk => {
                let length = u64::from(be32(got));
                match &got[4..] {
                    b"IHDR" if length == 13 => self.next(State::PngHeader { rest: 4 + 5 }, 8),
                    b"IEND" => self.skip_to(length + 4, State::Last, 0),
                    name if name.iter().all(u8::is_ascii_alphabetic) => {
                        self.skip_to(length + 4, State::PngChunk, 8);
                    }
                    _ => self.state = State::Broken,
                }
            }
            State::PngHeader { rest } => {
                self.size(be32(got), be32(&got[4..]));
                self.skip_to(rest, State::PngChunk, 8);
            }
            _ => self.state = State::Broken,
        }
    }
}
