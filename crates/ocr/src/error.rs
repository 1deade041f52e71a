//! Why a picture was not read: because of the picture, or because of the engine.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::EngineName;

/// What is wrong with a picture. Reading it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// Not one of the formats that are read, whatever its name says.
    #[error("not a picture in a format that is read")]
    UnknownFormat,
    /// More pixels, or a longer side, than [`crate::Limits`] allows; found before decoding.
    #[error("{width} × {height} pixels are more than are read")]
    TooLarge {
        /// Width in pixels, as the file claims.
        width: u32,
        /// Height in pixels, as the file claims.
        height: u32,
    },
    /// Decoding would take more memory than [`crate::Limits`] allows.
    #[error("decoding takes more memory than is allowed")]
    TooMuchMemory,
    /// Cut off or damaged.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
}

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OcrError {
    /// It is the picture's fault.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The engine is not installed, or not in working order: a library or a model is missing.
    #[error("{engine} is not available: {reason}")]
    Unavailable {
        /// Which one.
        engine: EngineName,
        /// What is missing.
        reason: String,
    },
    /// The engine failed while reading.
    #[error("{engine} failed: {reason}")]
    Failed {
        /// Which one.
        engine: EngineName,
        /// In its own words.
        reason: String,
    },
    /// The engine did not answer in time; its thread is left to itself.
    #[error("{engine} did not finish within {after:?}")]
    TimedOut {
        /// Which one.
        engine: EngineName,
        /// How long it was given.
        after: Duration,
    },
    /// All instances are busy or hang, and none became free in time.
    #[error("{engine} is busy: no instance became free in time")]
    Busy {
        /// Which one.
        engine: EngineName,
    },
    /// The engine failed too often of late and is left alone for a while.
    #[error("{engine} is left alone after repeated failures")]
    BreakerOpen {
        /// Which one.
        engine: EngineName,
    },
    /// No engine is configured, or not the one asked for.
    #[error("no engine to read with")]
    NoEngine,
}

/// Why an engine did not read a picture that another one could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// See [`OcrError::Unavailable`].
    Unavailable,
    /// See [`OcrError::Failed`].
    Failed,
    /// See [`OcrError::TimedOut`].
    TimedOut,
    /// See [`OcrError::Busy`].
    Busy,
    /// See [`OcrError::BreakerOpen`].
    BreakerOpen,
}

impl OcrError {
    /// What an engine is to be blamed for; `None` where another engine could do no better.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Picture(_) => None,
            Self::Unavailable { .. } | Self::NoEngine => Some(Fault::Unavailable),
            Self::Failed { .. } => Some(Fault::Failed),
            Self::TimedOut { .. } => Some(Fault::TimedOut),
            Self::Busy { .. } => Some(Fault::Busy),
            Self::BreakerOpen { .. } => Some(Fault::BreakerOpen),
        }
    }

    /// Whether this speaks against the engine, rather than the picture or the load.
    pub fn is_engine_fault(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Failed { .. } | Self::TimedOut { .. } => true,
            Self::Picture(_) | Self::Busy { .. } | Self::BreakerOpen { .. } | Self::NoEngine => {
                false
            }
        }
    }
}
