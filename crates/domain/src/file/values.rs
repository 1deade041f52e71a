//! The closed sets of values on what was found in a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::ticket::choice;

choice! {
    /// Where a text was taken from.
    TextSource {
        /// It was read in pictures.
        Ocr = "ocr",
        /// The file holds it as text.
        TextLayer = "text_layer",
    } aliases {}
}

choice! {
    /// What reads text in pictures.
    OcrEngine {
        /// The models of PP-OCR.
        Paddle = "paddle",
        /// Tesseract.
        Tesseract = "tesseract",
    } aliases {}
}

choice! {
    /// The writing to look for.
    #[derive(Default)]
    OcrScript {
        /// Whichever there is.
        #[default]
        Auto = "auto",
        /// Latin letters.
        Latin = "latin",
        /// Chinese characters.
        Chinese = "chinese",
    } aliases {}
}

choice! {
    /// Why another engine than the one that was meant read a picture.
    FallbackReason {
        /// It is not installed, or does not start.
        Unavailable = "unavailable",
        /// It failed on this picture.
        Failed = "failed",
        /// It took too long.
        TimedOut = "timed_out",
        /// All its instances were at work.
        Busy = "busy",
        /// It had failed too often and is left alone for a while.
        BreakerOpen = "breaker_open",
    } aliases {}
}

choice! {
    /// Why there is no text or no thumbnail of a file.
    NotReadReason {
        /// It is of no kind that can be looked into.
        UnknownFormat = "unknown_format",
        /// It has too many pixels or pages, or is too large.
        TooLarge = "too_large",
        /// It is not whole.
        Damaged = "damaged",
        /// It opens with a password only.
        Encrypted = "encrypted",
        /// It took too long.
        TimedOut = "timed_out",
        /// Nothing is installed that could read it.
        NoEngine = "no_engine",
        /// What reads it failed again and again.
        EngineFailed = "engine_failed",
        /// Its content is no longer there.
        ContentGone = "content_gone",
    } aliases {}
}

/// The language of a text as far as its characters tell.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum TextLanguage {
    /// Latin letters.
    #[serde(rename = "en")]
    English,
    /// Chinese characters.
    #[serde(rename = "zh")]
    Chinese,
    /// Both.
    #[serde(rename = "zh+en")]
    Mixed,
    /// Neither: there is no text, or only digits and signs.
    #[default]
    #[serde(rename = "und")]
    Undetermined,
}

impl TextLanguage {
    /// Every value.
    pub const ALL: &'static [Self] =
        &[Self::English, Self::Chinese, Self::Mixed, Self::Undetermined];

    /// The value as the API and the log spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
            Self::Mixed => "zh+en",
            Self::Undetermined => "und",
        }
    }
}

impl std::fmt::Display for TextLanguage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for TextLanguage {
    type Err = FieldErrorKind;

    fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
        let found = Self::ALL.iter().find(|language| language.as_str() == text);
        found.copied().ok_or_else(|| FieldErrorKind::NotOneOf {
            allowed: Self::ALL.iter().map(|language| language.as_str().to_owned()).collect(),
        })
    }
}
