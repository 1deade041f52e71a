//! Pages that lie on their side or stand on their head: read as they come, and if the reading
//! raises doubts, read turned, and the best reading taken. A page that stands upright costs
//! nothing extra.

use std::borrow::Cow;

use image::{RgbImage, imageops};

use crate::transform::Transform;
use crate::{Confidence, EngineName, Line, OcrError, Page, Picture, Word, order, page};

/// Left, top, right and bottom in pixels of what was read.
pub(crate) type Bounds = (f32, f32, f32, f32);

/// A word as an engine places it.
#[derive(Clone, Debug)]
pub(crate) struct RawWord {
    pub(crate) text: String,
    pub(crate) confidence: f32,
    pub(crate) bounds: Bounds,
}

/// A line as an engine places it.
#[derive(Clone, Debug)]
pub(crate) struct RawLine {
    pub(crate) text: String,
    pub(crate) confidence: f32,
    pub(crate) bounds: Bounds,
    /// Where it is on the page turned level, in pixels and from an origin of the reading's own: boxes of a page
    /// askew share heights that their lines do not.
    pub(crate) level: Bounds,
    pub(crate) words: Vec<RawWord>,
}

/// What an engine read in pixels as they were given to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) lines: Vec<RawLine>,
    /// Places that look like lines and in which nothing could be read.
    pub(crate) unread: usize,
}

impl Reading {
    fn characters(&self) -> f32 {
        self.lines.iter().map(|line| line.text.chars().count() as f32).sum()
    }

    /// Characters, each weighed by how sure it is.
    #[cfg(feature = "tesseract")]
    pub(crate) fn weight(&self) -> f32 {
        self.mean() * self.characters()
    }

    /// Characters of the lines that are at least this sure, each weighed by how sure it is.
    pub(crate) fn weight_from(&self, least: f32) -> f32 {
        let sure = self.lines.iter().filter(|line| line.confidence >= least);
        sure.map(|line| line.confidence * line.text.chars().count() as f32).sum()
    }

    /// Mean confidence by characters; 0 without text.
    pub(crate) fn mean(&self) -> f32 {
        let weight = |line: &RawLine| line.text.chars().count() as f32;
        let sum: f32 = self.lines.iter().map(|line| line.confidence * weight(line)).sum();
        if self.lines.is_empty() { 0.0 } else { sum / self.characters().max(1.0) }
    }

    /// Whether most characters stand in lines that are taller than wide.
    fn is_sideways(&self) -> bool {
        let upright = |line: &&RawLine| {
            let (left, top, right, bottom) = line.bounds;
            (bottom - top) < 1.5 * (right - left)
        };
        let of_lines = self.lines.iter().filter(|line| line.text.chars().count() > 1);
        let (up, all) = of_lines.fold((0, 0), |(up, all), line| {
            let count = line.text.chars().count();
            (up + if upright(&line) { count } else { 0 }, all + count)
        });
        all > 3 && up * 2 < all
    }
}

/// When an engine's reading is doubted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doubts {
    /// `paddle` finds lines whichever way they run, so that their shape tells of a page on its
    /// side, and reads what stands on its head with little confidence. It has looked for both
    /// before, in a sample.
    Paddle,
    /// `tesseract` notices some pages on their side, and reads all else that is not upright badly
    /// or not at all.
    #[cfg(feature = "tesseract")]
    Tesseract,
}

impl Doubts {
    /// The turns worth trying, in degrees clockwise.
    fn turns(self, reading: &Reading) -> &'static [u16] {
        match self {
            Self::Paddle if reading.unread > reading.lines.len() => &[180, 90, 270],
            Self::Paddle if reading.is_sideways() => &[90, 270],
            Self::Paddle if !reading.lines.is_empty() && reading.mean() < 0.6 => &[180, 270, 90],
            Self::Paddle => &[],
            #[cfg(feature = "tesseract")]
            Self::Tesseract if reading.is_sideways() => &[90, 270],
            #[cfg(feature = "tesseract")]
            Self::Tesseract if reading.mean() < 0.75 => &[90, 270, 180],
            #[cfg(feature = "tesseract")]
            Self::Tesseract => &[],
        }
    }
}

/// A reading, and how its picture had to be turned for it.
pub(crate) struct Upright {
    reading: Reading,
    turn: u16,
    back: Transform,
}

/// Reads `pixels` with `read`, turned if that reads better by a margin.
#[cfg(feature = "tesseract")]
pub(crate) fn read_upright(
    pixels: &RgbImage,
    doubts: Doubts,
    mut read: impl FnMut(&RgbImage) -> Result<Reading, OcrError>,
) -> Result<Upright, OcrError> {
    let first = read(pixels)?;
    doubted(pixels, 0, first, doubts, read)
}

/// As [`read_upright`], where `first` is what was read in `pixels` turned by `turn` degrees
/// clockwise.
pub(crate) fn doubted(
    pixels: &RgbImage,
    turn: u16,
    first: Reading,
    doubts: Doubts,
    mut read: impl FnMut(&RgbImage) -> Result<Reading, OcrError>,
) -> Result<Upright, OcrError> {
    let mut best = Upright { reading: first, turn, back: back(pixels.dimensions(), turn) };
    // Sideways lines are read one way or the other without a turn, but their words and their
    // order are not to be had that way: the better turn is taken even if it reads no better.
    let mut margin = if best.reading.is_sideways() { -0.05 } else { 0.05 };
    for &further in doubts.turns(&best.reading) {
        let turn = (turn + further) % 360;
        let reading = read(&turned(pixels, turn))?;
        // What stands on its head is read as anything, and as more characters than there are.
        let enough = reading.characters() * 4.0 >= best.reading.characters();
        if enough && !reading.is_sideways() && reading.mean() > best.reading.mean() + margin {
            best = Upright { reading, turn, back: back(pixels.dimensions(), turn) };
            margin = 0.0;
            if best.reading.mean() >= 0.9 {
                break;
            }
        }
    }
    Ok(best)
}

/// `pixels` turned by `turn` degrees clockwise.
pub(crate) fn turned(pixels: &RgbImage, turn: u16) -> Cow<'_, RgbImage> {
    match turn {
        90 => Cow::Owned(imageops::rotate90(pixels)),
        180 => Cow::Owned(imageops::rotate180(pixels)),
        270 => Cow::Owned(imageops::rotate270(pixels)),
        _ => Cow::Borrowed(pixels),
    }
}

/// From a point of the turned picture to the point of the one of `width` and `height`.
fn back((width, height): (u32, u32), turn: u16) -> Transform {
    let (width, height) = (width as f32, height as f32);
    match turn {
        90 => Transform::new(0.0, 1.0, 0.0, -1.0, 0.0, height),
        180 => Transform::new(-1.0, 0.0, width, 0.0, -1.0, height),
        270 => Transform::new(0.0, -1.0, width, 1.0, 0.0, 0.0),
        _ => Transform::IDENTITY,
    }
}

impl Upright {
    /// How sure the reading is in all.
    #[cfg(feature = "tesseract")]
    pub(crate) fn mean(&self) -> f32 {
        self.reading.mean()
    }

    /// Without the lines that are less sure than `least`.
    pub(crate) fn without_doubtful(mut self, least: f32) -> Self {
        self.reading.lines.retain(|line| line.confidence >= least);
        self
    }

    /// Puts the lines in reading order and their boxes into the stored image. What only the engine
    /// knows (versions, language, duration) is left for it to fill in.
    pub(crate) fn into_page(self, picture: &Picture, engine: EngineName) -> Page {
        let stored = picture.stored_size();
        let to_stored = self.back.then(picture.to_stored());
        let lines: Vec<Line> = order::reading_order(self.reading.lines)
            .into_iter()
            .map(|line| Line {
                confidence: Confidence::new(line.confidence),
                bbox: to_stored.bounds(line.bounds, stored),
                words: line
                    .words
                    .into_iter()
                    .map(|word| Word {
                        confidence: Confidence::new(word.confidence),
                        bbox: to_stored.bounds(word.bounds, stored),
                        text: word.text,
                    })
                    .collect(),
                text: line.text,
            })
            .collect();
        Page {
            engine,
            engine_version: String::new(),
            model: String::new(),
            language: String::new(),
            mean_confidence: page::mean_confidence(&lines),
            width: stored.0,
            height: stored.1,
            rotation: (picture.rotation() + self.turn) % 360,
            duration_ms: 0,
            fallback: None,
            lines,
        }
    }
}
