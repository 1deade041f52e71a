//! The structure of JPEG (ITU-T T.81, annex B): segments between markers, and scans up to the next one.

use super::numbers::be16;
use super::{State, Walk};

impl Walk {
    pub(super) fn jpeg(&mut self, got: &[u8]) {
        match self.state {
            State::JpegStart if got == b"\xff\xd8" => self.next(State::JpegMarker, 1),
            State::JpegMarker if got[0] == 0xff => self.next(State::JpegCode, 1),
            State::JpegCode => match got[0] {
                // Fill bytes before a marker.
                0xff => {}
                0xd9 => self.state = State::Done,
                0x01 | 0xd0..=0xd8 => self.next(State::JpegMarker, 1),
                0x00 => self.state = State::Broken,
                code => self.next(State::JpegLength { code }, 2),
            },
            State::JpegLength { code } => {
                let Some(rest) = u64::from(be16(got)).checked_sub(2) else {
                    self.state = State::Broken;
                    return;
                };
                match code {
                    0xda => self.skip_to(rest, State::JpegScan, 0),
                    0xc4 | 0xc8 | 0xcc => self.skip_to(rest, State::JpegMarker, 1),
                    0xc0..=0xcf if rest >= 5 => self.next(State::JpegFrame { rest: rest - 5 }, 5),
                    _ => self.skip_to(rest, State::JpegMarker, 1),
                }
            }
            State::JpegFrame { rest } => {
                self.size(u32::from(be16(&got[3..])), u32::from(be16(&got[1..])));
                self.skip_to(rest, State::JpegMarker, 1);
            }
            State::JpegScanCode => match got[0] {
                0xff => {}
                // A stuffed byte, or a restart.
                0x00 | 0xd0..=0xd7 => self.state = State::JpegScan,
                0xd9 => self.state = State::Done,
                code => self.next(State::JpegLength { code }, 2),
            },
            _ => self.state = State::Broken,
        }
    }
}
