//! Follows the structure of an image while its bytes pass by, without decoding a pixel: how large it says it is,
//! whether it comes to its end, and how much follows after that.
//!
//! Decoders are lenient: a JPEG cut off in the middle gives a picture that is grey below. So wholeness is told from the
//! structure. Sources: the PNG specification (third edition), ITU-T T.81 annex B, GIF89a, RFC 9649 (WebP).

mod gif;
mod jpeg;
mod numbers;
mod png;
mod webp;

use numbers::le32;

/// Width and height in pixels, as stored: before any turning by EXIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Dimensions {
    /// How many pixels that makes.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What a walk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It came to its end, and so many bytes that are not padding followed.
    Whole { trailing: u64 },
    /// It did not come to its end, or broke the rules of its format.
    Broken,
}

#[derive(Clone, Copy)]
enum State {
    PngSignature,
    PngChunk,
    PngHeader {
        rest: u64,
    },
    JpegStart,
    JpegMarker,
    JpegCode,
    JpegLength {
        code: u8,
    },
    JpegFrame {
        rest: u64,
    },
    JpegScan,
    JpegScanCode,
    GifHeader,
    GifBlock,
    GifImage,
    GifCodeSize,
    GifExtension,
    GifSubBlock,
    WebpHeader,
    WebpFrame {
        rest: u64,
        extended: bool,
    },
    BmpHeader,
    /// What is skipped now is the last of it.
    Last,
    Done,
    Broken,
}

/// A walk along one image. It keeps at most 32 bytes.
pub(crate) struct Walk {
    state: State,
    skip: u64,
    want: usize,
    got: Vec<u8>,
    dimensions: Option<Dimensions>,
    trailing: u64,
}

impl Walk {
    /// A walk for this media type, if its structure is known here.
    pub(crate) fn along(mime: &str) -> Option<Self> {
        let (state, want) = match mime {
            "image/png" => (State::PngSignature, 8),
            "image/jpeg" => (State::JpegStart, 2),
            "image/gif" => (State::GifHeader, 13),
            "image/webp" => (State::WebpHeader, 25),
            "image/bmp" => (State::BmpHeader, 26),
            _ => return None,
        };
        let got = Vec::with_capacity(32);
        Some(Self { state, skip: 0, want, got, dimensions: None, trailing: 0 })
    }

    /// What it says of its size, as soon as that has passed by.
    pub(crate) fn dimensions(&self) -> Option<Dimensions> {
        self.dimensions
    }

    /// The next bytes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                self.skip -= skipped as u64;
                bytes = &bytes[skipped..];
                self.settle();
                continue;
            }
            match self.state {
                State::Broken => return,
                State::Done => {
                    let meant = |byte: &&u8| **byte != 0 && !byte.is_ascii_whitespace();
                    self.trailing += bytes.iter().filter(meant).count() as u64;
                    return;
                }
                State::JpegScan => match bytes.iter().position(|byte| *byte == 0xff) {
                    Some(at) => {
                        bytes = &bytes[at + 1..];
                        self.next(State::JpegScanCode, 1);
                    }
                    None => return,
                },
                _ => {
                    let taken = (self.want - self.got.len()).min(bytes.len());
                    self.got.extend_from_slice(&bytes[..taken]);
                    bytes = &bytes[taken..];
                    if self.got.len() == self.want {
                        let got = std::mem::take(&mut self.got);
                        self.step(&got);
                        self.settle();
                    }
                }
            }
        }
    }

    /// What has been found, now that all bytes have passed.
    pub(crate) fn end(self) -> Walked {
        let ending = match self.state {
            State::Done => Ending::Whole { trailing: self.trailing },
            _ => Ending::Broken,
        };
        Walked { dimensions: self.dimensions, ending }
    }

    fn settle(&mut self) {
        if self.skip == 0 && matches!(self.state, State::Last) {
            self.state = State::Done;
        }
    }

    fn next(&mut self, state: State, want: usize) {
        self.state = state;
        self.want = want;
    }

    fn skip_to(&mut self, skip: u64, state: State, want: usize) {
        self.skip = skip;
        self.next(state, want);
    }

    fn size(&mut self, width: u32, height: u32) {
        self.dimensions = Some(Dimensions { width, height });
    }

    fn step(&mut self, got: &[u8]) {
        match self.state {
            State::PngSignature | State::PngChunk | State::PngHeader { .. } => self.png(got),
            State::JpegStart
            | State::JpegMarker
            | State::JpegCode
            | State::JpegLength { .. }
            | State::JpegFrame { .. }
            | State::JpegScanCode => self.jpeg(got),
            State::GifHeader
            | State::GifBlock
            | State::GifImage
            | State::GifCodeSize
            | State::GifExtension
            | State::GifSubBlock => self.gif(got),
            State::WebpHeader | State::WebpFrame { .. } => self.webp(got),
            State::BmpHeader => {
                let height = i32::from_le_bytes([got[22], got[23], got[24], got[25]]);
                self.size(le32(&got[18..]), height.unsigned_abs());
                // Its own word on its length is often wrong; what follows is data of any kind.
                self.skip_to(u64::MAX, State::Done, 0);
            }
            State::JpegScan | State::Last | State::Done | State::Broken => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::*;

    const ALL: [(&str, ImageFormat); 4] = [
        ("image/png", ImageFormat::Png),
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/gif", ImageFormat::Gif),
        ("image/webp", ImageFormat::WebP),
    ];

    fn drawn(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let pixel = |x: u32, y: u32| image::Rgb([(x * 7) as u8, (y * 13) as u8, (x * y) as u8]);
        let image = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn walk(mime: &str, bytes: &[u8], piece: usize) -> Walked {
        let mut walk = Walk::along(mime).unwrap();
        bytes.chunks(piece).for_each(|piece| walk.feed(piece));
        walk.end()
    }

    #[test]
    fn a_whole_image_is_whole_and_tells_its_size_however_it_comes() {
        for (mime, format) in ALL {
            for (width, height) in [(1, 1), (37, 21), (300, 200)] {
                let bytes = drawn(format, width, height);
                for piece in [1, 7, 4096] {
                    let walked = walk(mime, &bytes, piece);
                    let dimensions = Some(Dimensions { width, height });
                    let ending = Ending::Whole { trailing: 0 };
                    assert_eq!(walked, Walked { dimensions, ending }, "{mime} {width} {piece}");
                }
            }
        }
    }

    #[test]
    fn an_image_cut_off_anywhere_is_broken() {
        for (mime, format) in ALL {
            let bytes = drawn(format, 37, 21);
            for end in 0..bytes.len() {
                assert_eq!(walk(mime, &bytes[..end], 512).ending, Ending::Broken, "{mime} {end}");
            }
        }
    }

    #[test]
    fn what_follows_the_end_is_counted_and_padding_is_not() {
        for (mime, format) in ALL {
            let mut bytes = drawn(format, 8, 8);
            bytes.extend_from_slice(b"\0\0\n");
            assert_eq!(walk(mime, &bytes, 5).ending, Ending::Whole { trailing: 0 }, "{mime}");
            bytes.extend_from_slice(b"more");
            assert_eq!(walk(mime, &bytes, 5).ending, Ending::Whole { trailing: 4 }, "{mime}");
        }
    }

    #[test]
    fn the_size_is_known_before_the_end() {
        let bytes = drawn(ImageFormat::Png, 300, 200);
        let mut walk = Walk::along("image/png").unwrap();
        walk.feed(&bytes[..40]);
        assert_eq!(walk.dimensions(), Some(Dimensions { width: 300, height: 200 }));
    }
}
