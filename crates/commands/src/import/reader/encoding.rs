//! Bytes in any charset become a stream of UTF-8 text.

use std::io::{self, BufRead, Chain, Cursor, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{FileError, Format};

/// Stands in the text for bytes that mean nothing in the file's charset. A noncharacter, so that
/// no real text is mistaken for it (as U+FFFD could be), yet valid UTF-8, so that the reader of the
/// format goes on and only the row with it is refused.
pub const MALFORMED: char = '\u{FFFF}';

/// How much of the file is looked at to find its charset, and read at a time, in bytes.
const WINDOW: usize = 64 * 1024;

/// A file's text as UTF-8, without a byte order mark.
pub struct Decoded<R> {
    input: Chain<Cursor<Vec<u8>>, R>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    taken: usize,
    ended: bool,
}

/// Finds the charset of `input` and makes it readable as UTF-8. The first `fill_buf` after this
/// holds all of the first 64 KiB of the file.
pub fn decode<R: Read>(
    mut input: R,
    format: Format,
    label: Option<&str>,
) -> Result<Decoded<R>, FileError> {
    let mut head = vec![0; WINDOW];
    let mut length = 0;
    while length < WINDOW {
        match read_some(&mut input, &mut head[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(source) => return Err(FileError::Read { row: 0, line: 1, source }),
        }
    }
    head.truncate(length);
    let (encoding, mark) = detect(&head, format, label)?;
    let mut head = Cursor::new(head);
    head.set_position(mark as u64);
    Ok(Decoded {
        input: head.chain(input),
        decoder: encoding.new_decoder_without_bom_handling(),
        raw: vec![0; WINDOW],
        text: String::new(),
        taken: 0,
        ended: false,
    })
}

impl<R> Decoded<R> {
    /// The name of the file's charset.
    pub fn charset(&self) -> &'static str {
        self.decoder.encoding().name()
    }

    /// What `fill_buf` has read and `consume` not taken.
    pub fn at_hand(&self) -> &[u8] {
        &self.text.as_bytes()[self.taken..]
    }
}

impl<R: Read> Decoded<R> {
    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        let length = read_some(&mut self.input, &mut self.raw)?;
        self.ended = length == 0;
        let mut raw = &self.raw[..length];
        loop {
            let most = self.decoder.max_utf8_buffer_length_without_replacement(raw.len());
            self.text.reserve(most.unwrap_or(WINDOW));
            let (result, read) =
                self.decoder.decode_to_string_without_replacement(raw, &mut self.text, self.ended);
            raw = &raw[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.text.push(MALFORMED),
            }
        }
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.text.len() && !self.ended {
            self.refill()?;
        }
        Ok(self.at_hand())
    }

    fn consume(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.text.len());
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

fn read_some<R: Read>(input: &mut R, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The charset of a file that begins with `head`, and the length of its byte order mark.
fn detect(
    head: &[u8],
    format: Format,
    label: Option<&str>,
) -> Result<(&'static Encoding, usize), FileError> {
    let mark = Encoding::for_bom(head);
    if let Some(label) = label {
        let named = by_label(label)?;
        return Ok(match mark {
            // The mark tells the byte order that the label "utf-16" leaves open.
            Some((marked, length)) if marked == named || (is_utf16(marked) && is_utf16(named)) => {
                (marked, length)
            }
            Some(_) | None => (named, 0),
        });
    }
    if head.starts_with(&[0xFF, 0xFE, 0, 0]) || head.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(FileError::UnknownCharset { label: "UTF-32".into() });
    }
    if let Some(marked) = mark {
        return Ok(marked);
    }
    // All three formats begin with ASCII, which UTF-16 pads with a NUL on one side.
    match *head {
        [a, 0, b, 0, ..] if a != 0 && b != 0 => return Ok((UTF_16LE, 0)),
        [0, a, 0, b, ..] if a != 0 && b != 0 => return Ok((UTF_16BE, 0)),
        _ => {}
    }
    if format == Format::Xml
        && let Some(label) = declared(head)
    {
        let named = by_label(&label)?;
        // A declaration that could be read as ASCII is not in UTF-16, whatever it says.
        return Ok((if is_utf16(named) { UTF_8 } else { named }, 0));
    }
    if is_mostly_utf8(head) {
        return Ok((UTF_8, 0));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, head.len() < WINDOW);
    Ok((detector.guess(None, Utf8Detection::Deny), 0))
}

fn by_label(label: &str) -> Result<&'static Encoding, FileError> {
    Encoding::for_label_no_replacement(label.as_bytes())
        .ok_or_else(|| FileError::UnknownCharset { label: super::row::shown(label) })
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// The encoding named by an XML declaration.
fn declared(head: &[u8]) -> Option<String> {
    let head = &head[..head.len().min(512)];
    let text = String::from_utf8_lossy(head);
    let (declaration, _) = text.strip_prefix("<?xml")?.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (label, _) = value[1..].split_once(quote)?;
    Some(label.to_owned())
}

/// Whether this is UTF-8, but for a stray byte here and there: legacy text hardly ever happens to
/// form valid sequences, so ten of them for each broken one mean a damaged file, not another
/// charset.
fn is_mostly_utf8(head: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    let mut seen = 0;
    for chunk in head.utf8_chunks() {
        seen += chunk.valid().len() + chunk.invalid().len();
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        let cut_by_window = seen == WINDOW && head.len() == WINDOW;
        if !chunk.invalid().is_empty() && !cut_by_window {
            broken += 1;
        }
    }
    broken == 0 || whole >= broken * 10
}
