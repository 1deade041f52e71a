//! What reading found, in the words of the domain.

use domain::file::{
    FallbackReason, OcrEngine, OcrFallback, OcrScript, ReadLine, ReadPage, ReadSettings, ReadWord,
    TextLanguage, TextSource,
};
use domain::vocabulary::{EngineVersion, ModelName};
use ocr::{EngineName, Fault, Line, Options, Page, Script};

use super::pdf::LayerPage;

/// The text of a file, and how it was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundText {
    pub(crate) source: TextSource,
    pub(crate) engine: Option<OcrEngine>,
    pub(crate) engine_version: Option<EngineVersion>,
    pub(crate) model: Option<ModelName>,
    pub(crate) language: TextLanguage,
    pub(crate) mean_confidence: Option<f64>,
    /// Width and height of a picture.
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) page_count: u32,
    pub(crate) duration_ms: u64,
    pub(crate) fallback: Option<OcrFallback>,
    pub(crate) pages: Vec<ReadPage>,
}

impl FoundText {
    /// Of a picture.
    pub(super) fn of_picture(page: &Page) -> Self {
        let size = Some((page.width, page.height));
        let found = Self::of_pages(&[FoundPage::Read(page.clone())], 1, page.duration_ms);
        // A picture that holds no text was read all the same.
        let source = TextSource::Ocr;
        Self { source, size, ..found }.read_by(page)
    }

    /// Of a document with so many pages, of which these were read.
    pub(super) fn of_pages(pages: &[FoundPage], page_count: u32, duration_ms: u64) -> Self {
        let all: Vec<Line> = pages.iter().flat_map(|page| page.lines().to_vec()).collect();
        let read: Vec<&Page> = pages.iter().filter_map(FoundPage::read).collect();
        let found = Self {
            source: TextSource::TextLayer,
            engine: None,
            engine_version: None,
            model: None,
            language: language(&ocr::language_of(&all)),
            mean_confidence: None,
            size: None,
            page_count,
            duration_ms,
            fallback: None,
            pages: pages.iter().map(FoundPage::in_domain).collect(),
        };
        let Some(first) = read.iter().find(|page| !page.lines.is_empty()) else { return found };
        let weight = |page: &Page| page.text().chars().count() as f64;
        let whole: f64 = read.iter().map(|page| weight(page)).sum();
        let sum: f64 = read.iter().map(|page| weight(page) * page.mean_confidence.value()).sum();
        let mean_confidence = Some(((sum / whole.max(1.0)) * 1000.0).round() / 1000.0);
        Self { source: TextSource::Ocr, ..found }.read_by(first).with_confidence(mean_confidence)
    }

    fn read_by(self, page: &Page) -> Self {
        let fallback = page.fallback.as_ref().map(|fallback| OcrFallback {
            from: engine(fallback.from),
            reason: reason(fallback.fault),
        });
        Self {
            engine: Some(engine(page.engine)),
            engine_version: EngineVersion::parse(&page.engine_version).ok(),
            model: ModelName::parse(&page.model).ok(),
            mean_confidence: Some(page.mean_confidence.value()),
            fallback,
            ..self
        }
    }

    fn with_confidence(self, mean_confidence: Option<f64>) -> Self {
        Self { mean_confidence, ..self }
    }

    /// The text alone: a line each, and an empty one between pages.
    pub(crate) fn text(&self) -> String {
        let page = |page: &ReadPage| {
            page.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
        };
        let pages: Vec<String> =
            self.pages.iter().map(page).filter(|text| !text.is_empty()).collect();
        pages.join("\n\n")
    }

    /// How many pages were read.
    pub(crate) fn pages_read(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }
}

/// A page of a document, as it was found.
#[derive(Debug, Clone)]
pub(super) enum FoundPage {
    /// The document holds it as text.
    Layer(LayerPage),
    /// It was read as a picture.
    Read(Page),
}

impl FoundPage {
    fn lines(&self) -> &[Line] {
        match self {
            Self::Layer(page) => &page.lines,
            Self::Read(page) => &page.lines,
        }
    }

    fn read(&self) -> Option<&Page> {
        match self {
            Self::Layer(_) => None,
            Self::Read(page) => Some(page),
        }
    }

    fn in_domain(&self) -> ReadPage {
        let lines = self.lines().iter().filter_map(line).collect();
        let language = language(&ocr::language_of(self.lines()));
        match self {
            Self::Layer(page) => ReadPage {
                width: page.width,
                height: page.height,
                rotation: 0,
                mean_confidence: if page.lines.is_empty() { 0.0 } else { 1.0 },
                language,
                lines,
            },
            Self::Read(page) => ReadPage {
                width: page.width,
                height: page.height,
                rotation: page.rotation,
                mean_confidence: page.mean_confidence.value(),
                language,
                lines,
            },
        }
    }
}

/// Letters and digits of some lines.
pub(super) fn letters(lines: &[Line]) -> usize {
    lines.iter().flat_map(|line| line.text.chars()).filter(|c| c.is_alphanumeric()).count()
}

fn line(line: &Line) -> Option<ReadLine> {
    let words = line.words.iter().filter_map(|word| {
        let text = clean(&word.text)?;
        Some(ReadWord { text, confidence: word.confidence.value(), bbox: word.bbox.into() })
    });
    Some(ReadLine {
        text: clean(&line.text)?,
        confidence: line.confidence.value(),
        bbox: line.bbox.into(),
        words: words.collect(),
    })
}

/// Without what is no character of a text, and which not everything that keeps texts can keep.
fn clean(text: &str) -> Option<String> {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    let trimmed = clean.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

pub(super) fn language(spelled: &str) -> TextLanguage {
    spelled.parse().unwrap_or_default()
}

pub(super) fn engine(name: EngineName) -> OcrEngine {
    match name {
        EngineName::Paddle => OcrEngine::Paddle,
        EngineName::Tesseract => OcrEngine::Tesseract,
    }
}

fn reason(fault: Fault) -> FallbackReason {
    match fault {
        Fault::Unavailable => FallbackReason::Unavailable,
        Fault::Failed => FallbackReason::Failed,
        Fault::TimedOut => FallbackReason::TimedOut,
        Fault::Busy => FallbackReason::Busy,
        Fault::BreakerOpen => FallbackReason::BreakerOpen,
    }
}

pub(super) fn options(settings: ReadSettings) -> Options {
    let engine = settings.engine.map(|engine| match engine {
        OcrEngine::Paddle => EngineName::Paddle,
        OcrEngine::Tesseract => EngineName::Tesseract,
    });
    let script = match settings.script {
        OcrScript::Auto => Script::Auto,
        OcrScript::Latin => Script::Latin,
        OcrScript::Chinese => Script::Chinese,
    };
    Options { engine, script }
}
