//! Reads the text of pictures and documents.

use std::sync::Arc;
use std::time::Instant;

use domain::file::{NotReadReason, OcrEngine, ReadSettings, Readable};
use ocr::{Limits, OcrError, Options, Page, Picture, PictureError, Reader};
use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;

use super::found::{FoundPage, FoundText, engine, letters, options};
use super::metrics::Metrics;
use super::options::{OcrOptions, ReadingLimits};
use super::pdf::{Pdf, PdfError};

/// A page with fewer letters and digits in its text layer may be a scan that somebody stamped.
const ENOUGH: usize = 10;

/// Whatever reads text in this process. Cheap to clone.
#[derive(Clone)]
pub struct TextReader(Arc<Inner>);

struct Inner {
    engines: Arc<Reader>,
    instances: usize,
    limits: ReadingLimits,
    /// Pictures that are decoded and read at a time, also for those who do not wait for them any more.
    places: Arc<Semaphore>,
    metrics: Metrics,
}

/// Why a text was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// It never will be.
    Never { reason: NotReadReason, engine: Option<OcrEngine> },
    /// It may be another time. What is to be said of it if there is none, and in words.
    Later { reason: NotReadReason, engine: Option<OcrEngine>, error: String },
    /// It could not even be tried.
    Busy { error: String },
}

impl ReadError {
    fn never(reason: NotReadReason) -> Self {
        Self::Never { reason, engine: None }
    }
}

impl TextReader {
    /// Reads as the options say. Nothing is loaded before there is something to read: a process that reads nothing
    /// costs nothing.
    pub fn new(options: &OcrOptions) -> Self {
        Self::with(options.reader(), options.instances, options.limits)
    }

    /// Reads with these engines, so many files at a time.
    pub fn with(engines: Reader, instances: usize, limits: ReadingLimits) -> Self {
        let (engines, instances) = (Arc::new(engines), instances.max(1));
        let places = Arc::new(Semaphore::new(instances));
        let metrics = Metrics::default();
        Self(Arc::new(Inner { engines, instances, limits, places, metrics }))
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
        self.0.metrics.register(registry, &self.0.engines);
    }

    /// Reads the text of a content.
    pub(crate) async fn read(
        &self,
        content: Vec<u8>,
        kind: Readable,
        settings: ReadSettings,
    ) -> Result<FoundText, ReadError> {
        let read = match kind {
            Readable::Picture => self.read_picture(content, settings).await,
            Readable::Document => self.read_document(&content, settings).await,
        };
        self.0.metrics.read(&read);
        read
    }

    async fn read_picture(
        &self,
        content: Vec<u8>,
        settings: ReadSettings,
    ) -> Result<FoundText, ReadError> {
        let limits = Limits { max_pixels: self.0.limits.max_pixels, ..Limits::default() };
        let decode = move || Ok(Picture::decode(&content, &limits)?);
        let page = self.recognise(decode, options(settings)).await?;
        Ok(FoundText::of_picture(&page))
    }

    async fn read_document(
        &self,
        content: &[u8],
        settings: ReadSettings,
    ) -> Result<FoundText, ReadError> {
        let began = Instant::now();
        let pdf = Pdf::open(content, self.0.limits).await?;
        let layer = pdf.text_layer().await?;
        let has_words = layer.iter().any(|page| letters(&page.lines) > 0);
        let mut pages = Vec::with_capacity(layer.len());
        for (number, page) in layer.into_iter().enumerate() {
            // Who asks for an engine does not want what the document says of itself.
            let is_asked = settings.engine.is_some();
            if !is_asked && letters(&page.lines) >= ENOUGH {
                pages.push(FoundPage::Layer(page));
                continue;
            }
            match self.read_page(&pdf, number, settings).await {
                Ok(Some(read)) if is_asked || letters(&read.lines) > letters(&page.lines) => {
                    pages.push(FoundPage::Read(read));
                }
                Ok(Some(_) | None) => pages.push(FoundPage::Layer(page)),
                // What it holds as text can be had all the same.
                Err(ReadError::Never { reason: NotReadReason::NoEngine, .. })
                    if has_words && !is_asked =>
                {
                    pages.push(FoundPage::Layer(page));
                }
                Err(error) => return Err(error),
            }
        }
        let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(FoundText::of_pages(&pages, pdf.page_count, took))
    }

    /// A page of a document as a picture; `None` for one with nothing on it.
    async fn read_page(
        &self,
        pdf: &Pdf,
        number: usize,
        settings: ReadSettings,
    ) -> Result<Option<Page>, ReadError> {
        if self.0.engines.engines().is_empty() {
            return Err(ReadError::never(NotReadReason::NoEngine));
        }
        let pixels = pdf.picture(number).await?;
        let mut all = pixels.pixels();
        let first = all.next();
        if all.all(|pixel| Some(pixel) == first) {
            return Ok(None);
        }
        let decode = move || Ok(Picture::from_pixels(pixels));
        self.recognise(decode, options(settings)).await.map(Some)
    }

    /// Decodes and reads a picture, where nobody waits for a processor.
    async fn recognise(
        &self,
        decode: impl FnOnce() -> Result<Picture, OcrError> + Send + 'static,
        options: Options,
    ) -> Result<Page, ReadError> {
        let wrong = || ReadError::Later {
            reason: NotReadReason::EngineFailed,
            engine: None,
            error: "Something went wrong while reading.".to_owned(),
        };
        let place = Arc::clone(&self.0.places).acquire_owned().await.map_err(|_| wrong())?;
        let engines = Arc::clone(&self.0.engines);
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            engines.read(&Arc::new(decode()?), &options)
        });
        let read = work.await.map_err(|error| {
            tracing::error!(%error, "reading a picture panicked");
            wrong()
        })?;
        if let Ok(page) = &read {
            self.0.metrics.page(page);
        }
        read.map_err(ReadError::from)
    }
}

impl std::fmt::Debug for TextReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextReader").field("instances", &self.0.instances).finish_non_exhaustive()
    }
}

impl From<OcrError> for ReadError {
    fn from(error: OcrError) -> Self {
        let later = |reason, name| Self::Later {
            reason,
            engine: Some(engine(name)),
            error: format!("The text could not be read: {error}."),
        };
        match &error {
            OcrError::Picture(picture) => Self::never(match picture {
                PictureError::UnknownFormat => NotReadReason::UnknownFormat,
                PictureError::TooLarge { .. } | PictureError::TooMuchMemory => {
                    NotReadReason::TooLarge
                }
                PictureError::Empty | PictureError::Damaged(_) => NotReadReason::Damaged,
            }),
            OcrError::NoEngine => Self::never(NotReadReason::NoEngine),
            OcrError::Unavailable { engine, .. } => later(NotReadReason::NoEngine, *engine),
            OcrError::Failed { engine, .. } => later(NotReadReason::EngineFailed, *engine),
            OcrError::TimedOut { engine, .. } => later(NotReadReason::TimedOut, *engine),
            OcrError::Busy { .. } | OcrError::BreakerOpen { .. } => {
                Self::Busy { error: format!("The text could not be read yet: {error}.") }
            }
        }
    }
}

impl From<PdfError> for ReadError {
    fn from(error: PdfError) -> Self {
        match error {
            PdfError::NoPoppler => Self::never(NotReadReason::NoEngine),
            PdfError::Encrypted => Self::never(NotReadReason::Encrypted),
            PdfError::Damaged => Self::never(NotReadReason::Damaged),
            PdfError::TooLarge => Self::never(NotReadReason::TooLarge),
            PdfError::TimedOut => Self::never(NotReadReason::TimedOut),
            PdfError::Io(error) => {
                tracing::warn!(%error, "a document could not be looked into");
                Self::Later {
                    reason: NotReadReason::EngineFailed,
                    engine: None,
                    error: "The document could not be looked into.".to_owned(),
                }
            }
        }
    }
}
