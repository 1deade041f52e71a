//! How text is read: with which engines, how many at a time, and what one file may cost.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ocr::{
    Breaker, Engine, EngineName, OcrError, Paddle, PaddleParts, Pool, Reader, ReaderEngine,
    Tesseract,
};

/// Failures in a row after which an engine is left alone.
const FAILURES: u32 = 3;
/// For how long.
const PAUSE: Duration = Duration::from_secs(60);

/// Which engines read, and how they are to be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrOptions {
    /// The preferred one first; with none, only text layers of PDFs are read.
    pub engines: Vec<EngineName>,
    /// Where ONNX Runtime and the models of `paddle` lie, as `scripts/ocr.sh` puts them there.
    pub parts: PathBuf,
    /// Where the trained data of `tesseract` lies; where the system keeps it, when nothing is said.
    pub tessdata: Option<PathBuf>,
    /// How long one picture may take. It may wait as long for an instance that is free.
    pub timeout: Duration,
    /// Pictures that are read at a time; as many as there are cores is best.
    pub instances: usize,
    /// What one file may cost.
    pub limits: ReadingLimits,
}

impl Default for OcrOptions {
    /// Both engines, `paddle` first; one picture at a time.
    fn default() -> Self {
        Self {
            engines: vec![EngineName::Paddle, EngineName::Tesseract],
            parts: PathBuf::from("/usr/share/docket/ocr"),
            tessdata: None,
            timeout: Duration::from_secs(60),
            instances: 1,
            limits: ReadingLimits::default(),
        }
    }
}

/// What reading one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingLimits {
    /// The longest file that is read, in bytes: all of it is held in memory.
    pub max_bytes: u64,
    /// The most pixels of a picture, or of a page as a picture.
    pub max_pixels: u64,
    /// The first so many pages of a document are read.
    pub max_pages: u32,
    /// How long one step of looking into a document may take: all its text layer, or one page as a picture.
    pub pdf_timeout: Duration,
    /// The most memory of a process that looks into a document, in bytes of addresses.
    pub pdf_memory: u64,
}

impl Default for ReadingLimits {
    /// 64 MiB, 64 megapixels, 20 pages, 30 seconds, 1 GiB.
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_pixels: 64_000_000,
            max_pages: 20,
            pdf_timeout: Duration::from_secs(30),
            pdf_memory: 1 << 30,
        }
    }
}

impl OcrOptions {
    /// The engines behind one interface. Nothing is loaded before there is something to read.
    pub(super) fn reader(&self) -> Reader {
        Reader::new(self.engines.iter().map(|name| self.engine(*name)).collect())
    }

    fn engine(&self, name: EngineName) -> ReaderEngine {
        let options = Arc::new(self.clone());
        let make = move || options.load(name);
        let pool = Pool::new(name, self.instances, self.timeout, make);
        ReaderEngine::new(pool, Breaker::new(FAILURES, PAUSE))
    }

    fn load(&self, name: EngineName) -> Result<Box<dyn Engine>, OcrError> {
        match name {
            // One thread each: as many instances as cores read more pages than one that has all cores.
            EngineName::Paddle => {
                Ok(Box::new(Paddle::load(&PaddleParts::in_folder(&self.parts), 1)?))
            }
            EngineName::Tesseract => {
                let found = self.tessdata.clone().or_else(Tesseract::find_tessdata);
                let folder = found.ok_or_else(|| OcrError::Unavailable {
                    engine: name,
                    reason: "there is no trained data on this machine".to_owned(),
                })?;
                Ok(Box::new(Tesseract::load(&folder)?))
            }
        }
    }
}
