//! The structure of GIF89a: blocks of small blocks.

use super::numbers::le16;
use super::{State, Walk};

impl Walk {
    pub(super) fn gif(&mut self, got: &[u8]) {
        match self.state {
            State::GifHeader if got.starts_with(b"GIF8") => {
                self.size(u32::from(le16(&got[6..])), u32::from(le16(&got[8..])));
                self.skip_to(colour_table(got[10]), State::GifBlock, 1);
            }
            State::GifBlock => match got[0] {
                0x2c => self.next(State::GifImage, 9),
                0x21 => self.next(State::GifExtension, 1),
                0x3b => self.state = State::Done,
                _ => self.state = State::Broken,
            },
            State::GifImage => self.skip_to(colour_table(got[8]), State::GifCodeSize, 1),
            State::GifCodeSize | State::GifExtension => self.next(State::GifSubBlock, 1),
            State::GifSubBlock if got[0] == 0 => self.next(State::GifBlock, 1),
            State::GifSubBlock => self.skip = u64::from(got[0]),
            _ => self.state = State::Broken,
        }
    }
}

/// Bytes of the colour table that these flags tell of.
fn colour_table(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}
