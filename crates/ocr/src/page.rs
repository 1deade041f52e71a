//! What was read: lines and words with their places.

use serde::{Deserialize, Serialize};

use crate::{EngineName, Fault};

/// A place in the stored image, in its pixels; serialised as `[x, y, width, height]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u32; 4]", into = "[u32; 4]")]
pub struct BoundingBox {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// To the right edge.
    pub width: u32,
    /// To the bottom edge.
    pub height: u32,
}

impl From<[u32; 4]> for BoundingBox {
    fn from([x, y, width, height]: [u32; 4]) -> Self {
        Self { x, y, width, height }
    }
}

impl From<BoundingBox> for [u32; 4] {
    fn from(of: BoundingBox) -> Self {
        [of.x, of.y, of.width, of.height]
    }
}

impl BoundingBox {
    /// The smallest box around both.
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = self.x.saturating_add(self.width).max(other.x.saturating_add(other.width));
        let bottom = self.y.saturating_add(self.height).max(other.y.saturating_add(other.height));
        Self { x, y, width: right - x, height: bottom - y }
    }
}

/// How sure an engine is, from 0 to 1, kept to three decimals. Engines measure it differently;
/// compare it only between pages of the same engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(f64);

impl Confidence {
    /// Cut to the range from 0 to 1; what is no number is 0.
    pub fn new(value: f32) -> Self {
        let value = if value.is_finite() { f64::from(value) } else { 0.0 };
        Self((value.clamp(0.0, 1.0) * 1000.0).round() / 1000.0)
    }

    /// From 0 to 1.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// A word of a line. Chinese, which has no spaces, comes in runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As read; never empty.
    pub text: String,
    /// Of the word, or of its line where the engine knows no better.
    pub confidence: Confidence,
    /// Where it is; along the line an estimate with `paddle`.
    pub bbox: BoundingBox,
}

/// A line of text, or the part of one that stands in a column or a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// As read; never empty.
    pub text: String,
    /// Of the whole line.
    pub confidence: Confidence,
    /// Where it is.
    pub bbox: BoundingBox,
    /// Its words from the start of the line to its end.
    pub words: Vec<Word>,
}

/// Another engine than the one meant did the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// The engine that was meant.
    pub from: EngineName,
    /// Why it did not, in a word.
    pub fault: Fault,
    /// Why it did not: a sentence without anything of the picture in it.
    pub reason: String,
}

/// What was read in one picture, in reading order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Which engine read it.
    pub engine: EngineName,
    /// The version of the engine's library.
    pub engine_version: String,
    /// The models or the trained data it read with.
    pub model: String,
    /// `en`, `zh`, `zh+en` as found in the text, or `und` if there is none.
    pub language: String,
    /// Mean of the lines, weighed by their characters; 0 without text.
    pub mean_confidence: Confidence,
    /// Width of the stored image in pixels.
    pub width: u32,
    /// Height of the stored image in pixels.
    pub height: u32,
    /// By how many degrees clockwise the stored image has to be turned for its text to stand
    /// upright: 0, 90, 180 or 270, its EXIF orientation included.
    pub rotation: u16,
    /// How long reading took, in milliseconds, without waiting for an instance.
    pub duration_ms: u64,
    /// Set if another engine than the preferred one had to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// The lines in reading order.
    pub lines: Vec<Line>,
}

impl Page {
    /// The text alone, one line each, as it goes into the search and to a classifier.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Mean of `lines`, weighed by their characters.
pub(crate) fn mean_confidence(lines: &[Line]) -> Confidence {
    let (sum, count) = lines.iter().fold((0.0, 0.0), |(sum, count), line| {
        let characters = line.text.chars().count() as f64;
        (sum + line.confidence.value() * characters, count + characters)
    });
    Confidence::new(if count > 0.0 { (sum / count) as f32 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, confidence: f32) -> Line {
        Line {
            text: text.into(),
            confidence: Confidence::new(confidence),
            bbox: BoundingBox { x: 1, y: 2, width: 3, height: 4 },
            words: vec![],
        }
    }

    #[test]
    fn a_line_is_served_as_clients_know_it() {
        let json = serde_json::to_value(line("abc", 0.9)).unwrap();
        let expected = serde_json::json!({
            "text": "abc", "confidence": 0.9, "bbox": [1, 2, 3, 4], "words": [],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn long_lines_weigh_more_in_the_mean() {
        let mean = mean_confidence(&[line("aaa", 1.0), line("b", 0.6)]);
        assert_eq!(mean, Confidence::new(0.9));
        assert_eq!(mean_confidence(&[]), Confidence::new(0.0));
    }

    #[test]
    fn what_is_no_number_is_no_confidence() {
        assert_eq!(Confidence::new(f32::NAN).value(), 0.0);
        assert_eq!(Confidence::new(7.0).value(), 1.0);
    }
}
