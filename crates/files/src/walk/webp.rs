//! The structure of WebP (RFC 9649): one RIFF container, whose length stands at its beginning.

use super::numbers::{le16, le24, le32};
use super::{State, Walk};

impl Walk {
    pub(super) fn webp(&mut self, got: &[u8]) {
        match self.state {
            State::WebpHeader if got.starts_with(b"RIFF") && &got[8..12] == b"WEBP" => {
                let Some(rest) = (u64::from(le32(&got[4..])) + 8).checked_sub(25) else {
                    self.state = State::Broken;
                    return;
                };
                match &got[12..16] {
                    b"VP8L" => {
                        let bits = le32(&got[21..]);
                        self.size((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
                        self.skip_to(rest, State::Last, 0);
                    }
                    // Kept to look at together with what follows: width and height lie across.
                    name @ (b"VP8 " | b"VP8X") if rest >= 5 => {
                        let extended = name == b"VP8X";
                        self.got.extend_from_slice(&got[24..]);
                        self.next(State::WebpFrame { rest: rest - 5, extended }, 6);
                    }
                    _ => self.state = State::Broken,
                }
            }
            State::WebpFrame { rest, extended } => {
                if extended {
                    self.size(le24(got) + 1, le24(&got[3..]) + 1);
                } else {
                    let side = |at: usize| u32::from(le16(&got[at..]) & 0x3fff);
                    self.size(side(2), side(4));
                }
                self.skip_to(rest, State::Last, 0);
            }
            _ => self.state = State::Broken,
        }
    }
}
