//! Looks into PDFs with the programs of Poppler, as processes of their own: a document is a program that somebody sent
//! us, and what breaks on it is not to be this process.

use std::fs::File;

use image::RgbImage;
use ocr::{BoundingBox, Confidence, Line, Word};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::child::{self, Allowance, ChildError, INPUT};
use super::options::ReadingLimits;

/// How finely pages are drawn, in dots per inch; more coarsely where a page would have too many.
const DPI: f64 = 200.0;
/// Points per inch.
const POINTS: f64 = 72.0;
/// Longest side of a page that is drawn, in pixels.
const LONGEST: f64 = 20_000.0;
/// Bytes that the text layer of a page may take with all places in it: a page full of the smallest print has a tenth.
const LAYER_OF_PAGE: u64 = 4 << 20;
/// And those of all its pages. Taken apart, it takes several times as much memory.
const LAYER: u64 = 24 << 20;

/// Why a document is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum PdfError {
    /// Poppler is not installed.
    #[error("Poppler is not installed")]
    NoPoppler,
    /// It opens with a password only.
    #[error("the document opens with a password only")]
    Encrypted,
    /// It is no document that can be opened.
    #[error("the document is damaged")]
    Damaged,
    /// Looking into it takes too much memory, or tells too much.
    #[error("the document is too large")]
    TooLarge,
    /// Looking into it took too long.
    #[error("looking into the document took too long")]
    TimedOut,
    /// It could not be looked into, for no reason of its own.
    #[error("the document could not be looked into")]
    Io(#[from] std::io::Error),
}

/// A document that opens.
#[derive(Debug)]
pub(super) struct Pdf {
    content: File,
    limits: ReadingLimits,
    /// All of its pages.
    pub(super) page_count: u32,
    /// Width and height of those that are read, in points.
    sizes: Vec<(f64, f64)>,
}

/// What a page holds as text. Places are in points.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LayerPage {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) lines: Vec<Line>,
}

impl Pdf {
    /// Opens a document.
    pub(super) async fn open(content: &[u8], limits: ReadingLimits) -> Result<Self, PdfError> {
        let content = child::hold(content)?;
        let last = limits.max_pages.to_string();
        let told = ["-f", "1", "-l", &last, INPUT];
        let told = child::run("pdfinfo", &told, &content, allowance(limits, 1 << 20)).await;
        let told = told.map_err(why)?;
        let (page_count, mut sizes) = pages(&String::from_utf8_lossy(&told));
        sizes.truncate(limits.max_pages as usize);
        if page_count == 0 || sizes.is_empty() {
            return Err(PdfError::Damaged);
        }
        Ok(Self { content, limits, page_count, sizes })
    }

    /// The text layer of the pages that are read: one for each, perhaps empty.
    pub(super) async fn text_layer(&self) -> Result<Vec<LayerPage>, PdfError> {
        let last = self.sizes.len().to_string();
        let asked = ["-q", "-bbox-layout", "-enc", "UTF-8", "-f", "1", "-l", &last, INPUT, "-"];
        let most = (LAYER_OF_PAGE * self.sizes.len() as u64).min(LAYER);
        let told =
            child::run("pdftotext", &asked, &self.content, allowance(self.limits, most)).await;
        let mut pages = layer(&String::from_utf8_lossy(&told.map_err(why)?));
        pages.resize(self.sizes.len(), LayerPage::default());
        Ok(pages)
    }

    /// A page, from 0, as a picture.
    pub(super) async fn picture(&self, page: usize) -> Result<RgbImage, PdfError> {
        let Some((width, height)) = self.sizes.get(page) else { return Err(PdfError::Damaged) };
        let fits = POINTS * (self.limits.max_pixels as f64 / (width * height).max(1.0)).sqrt();
        let dpi = DPI.min(fits).min(POINTS * LONGEST / width.max(*height)).floor();
        if dpi < 1.0 {
            return Err(PdfError::TooLarge);
        }
        let (dpi, number) = (dpi.to_string(), (page + 1).to_string());
        let asked = ["-q", "-cropbox", "-r", &dpi, "-f", &number, "-l", &number, INPUT];
        // Sides are rounded up.
        let most = self.limits.max_pixels.saturating_mul(3) + (1 << 20);
        let told =
            child::run("pdftoppm", &asked, &self.content, allowance(self.limits, most)).await;
        portable_pixmap(told.map_err(why)?).ok_or(PdfError::Damaged)
    }
}

fn allowance(limits: ReadingLimits, output: u64) -> Allowance {
    Allowance { time: limits.pdf_timeout, memory: limits.pdf_memory, output }
}

fn why(error: ChildError) -> PdfError {
    match error {
        ChildError::Missing(program) => {
            tracing::warn!(program, "PDFs cannot be read: install poppler-utils");
            PdfError::NoPoppler
        }
        ChildError::TimedOut => PdfError::TimedOut,
        ChildError::TooMuch => PdfError::TooLarge,
        ChildError::Failed { complaint } if complaint.contains("Incorrect password") => {
            PdfError::Encrypted
        }
        // A bound on memory shows as a failure, too; the words differ from place to place.
        ChildError::Failed { complaint }
            if ["emory", "bad_alloc"].iter().any(|word| complaint.contains(word)) =>
        {
            PdfError::TooLarge
        }
        ChildError::Failed { .. } => PdfError::Damaged,
        ChildError::Io(error) => PdfError::Io(error),
    }
}

/// How many pages there are, and the sizes of those that were asked about. What the document says of itself comes
/// first, and may say anything: only what follows the last count is looked at.
fn pages(told: &str) -> (u32, Vec<(f64, f64)>) {
    let lines: Vec<&str> = told.lines().collect();
    let count = |line: &&str| line.strip_prefix("Pages:")?.trim().parse().ok();
    let Some((at, count)) =
        lines.iter().enumerate().rev().find_map(|(at, line)| Some((at, count(line)?)))
    else {
        return (0, Vec::new());
    };
    let size = |line: &&str| {
        let (page, size) = line.split_once(" size:")?;
        page.strip_prefix("Page ")?.trim().parse::<u32>().ok()?;
        let (width, rest) = size.split_once(" x ")?;
        let height = rest.split_whitespace().next()?;
        let (width, height) = (width.trim().parse().ok()?, height.parse().ok()?);
        (f64::is_finite(width) && f64::is_finite(height)).then_some((width, height))
    };
    (count, lines.iter().skip(at).filter_map(size).collect())
}

/// Reads what `pdftotext -bbox-layout` writes. What is not understood is left out.
fn layer(told: &str) -> Vec<LayerPage> {
    let mut reader = Reader::from_str(told);
    reader.config_mut().check_end_names = false;
    let mut pages: Vec<LayerPage> = Vec::new();
    let mut word: Option<(BoundingBox, String)> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => match (tag.name().as_ref(), pages.last_mut()) {
                ("page", _) => pages.push(LayerPage {
                    width: points(number(&tag, "width")),
                    height: points(number(&tag, "height")),
                    lines: Vec::new(),
                }),
                ("line", Some(page)) => page.lines.push(Line {
                    text: String::new(),
                    confidence: Confidence::new(1.0),
                    bbox: place(&tag),
                    words: Vec::new(),
                }),
                ("word", Some(_)) => word = Some((place(&tag), String::new())),
                (_, _) => {}
            },
            Ok(Event::Text(text)) => {
                if let Some((_, words)) = &mut word {
                    words.push_str(&text);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let Some((_, words)) = &mut word {
                    let character = reference.resolve_char_ref().ok().flatten();
                    let known = quick_xml::escape::resolve_predefined_entity(&reference);
                    words.extend(character);
                    words.push_str(known.unwrap_or_default());
                }
            }
            Ok(Event::End(tag)) if tag.name().as_ref() == "word" => {
                let line = pages.last_mut().and_then(|page| page.lines.last_mut());
                if let (Some((bbox, text)), Some(line)) = (word.take(), line) {
                    add(line, bbox, &text);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    for page in &mut pages {
        page.lines.retain(|line| !line.words.is_empty());
    }
    pages
}

fn add(line: &mut Line, bbox: BoundingBox, text: &str) {
    // What is no character of a text is of no use to who reads it.
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    if !line.text.is_empty() {
        line.text.push(' ');
    }
    line.text.push_str(text);
    line.words.push(Word { text: text.to_owned(), confidence: Confidence::new(1.0), bbox });
}

fn place(tag: &BytesStart<'_>) -> BoundingBox {
    let edge = |name| points(number(tag, name));
    let (x, y) = (edge("xMin"), edge("yMin"));
    let (width, height) = (edge("xMax").saturating_sub(x), edge("yMax").saturating_sub(y));
    BoundingBox { x, y, width, height }
}

fn number(tag: &BytesStart<'_>, name: &str) -> f64 {
    let found = tag.try_get_attribute(name).ok().flatten();
    let text = found.map(|attribute| attribute.value.into_owned());
    text.and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// Whole points; what is outside of the page lies at its edge.
fn points(number: f64) -> u32 {
    number.round().clamp(0.0, 1e9) as u32
}

/// A picture as `pdftoppm` writes it: `P6`, its sides, 255, and three bytes for each pixel.
fn portable_pixmap(mut bytes: Vec<u8>) -> Option<RgbImage> {
    let mut fields = Vec::new();
    let mut at = 0;
    while fields.len() < 4 {
        let rest = bytes.get(at..)?;
        let length = rest.iter().position(u8::is_ascii_whitespace)?;
        fields.push(std::str::from_utf8(&rest[..length]).ok()?.to_owned());
        at += length + 1;
    }
    let [kind, width, height, depth] = fields.as_slice() else { return None };
    if kind != "P6" || depth != "255" {
        return None;
    }
    let (width, height): (u32, u32) = (width.parse().ok()?, height.parse().ok()?);
    let length = usize::try_from(u64::from(width) * u64::from(height) * 3).ok()?;
    bytes.drain(..at);
    (width > 0 && height > 0 && bytes.len() == length)
        .then(|| RgbImage::from_raw(width, height, bytes))
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use test_support::{encrypted_pdf, pdf};

    use super::*;

    async fn open(content: &[u8]) -> Result<Pdf, PdfError> {
        Pdf::open(content, ReadingLimits::default()).await
    }

    #[tokio::test]
    async fn a_text_layer_comes_with_its_places_page_by_page() {
        let content = pdf(&["Printer & scanner", "", "Page three"], (595.0, 842.0));
        let document = open(&content).await.unwrap();
        assert_eq!(document.page_count, 3);
        let pages = document.text_layer().await.unwrap();
        let texts: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| page.lines.iter().map(|line| line.text.as_str()).collect())
            .collect();
        assert_eq!(texts, [vec!["Printer & scanner"], vec![], vec!["Page three"]]);
        let first = &pages[0];
        assert_eq!((first.width, first.height), (595, 842));
        let words: Vec<&str> = first.lines[0].words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(words, ["Printer", "&", "scanner"]);
        let place = first.lines[0].words[0].bbox;
        // From above: it is drawn 100 points from below.
        assert!(place.x.abs_diff(72) <= 1 && place.width > 40, "{place:?}");
        assert!((700..760).contains(&place.y), "{place:?}");
    }

    #[tokio::test]
    async fn a_page_is_drawn_upright_and_within_bounds() {
        let content = pdf(&["Drawn"], (595.0, 842.0));
        let picture = open(&content).await.unwrap().picture(0).await.unwrap();
        assert_eq!(picture.dimensions(), (1653, 2339));
        assert!(picture.pixels().any(|pixel| pixel.0 == [0, 0, 0]), "there is something on it");
        let huge = pdf(&["Huge"], (1_440_000.0, 1_440_000.0));
        let limits = ReadingLimits { max_pixels: 1_000_000, ..ReadingLimits::default() };
        let refused = Pdf::open(&huge, limits).await.unwrap().picture(0).await;
        assert!(matches!(refused, Err(PdfError::TooLarge)), "{refused:?}");
        let poster = pdf(&["Poster"], (14_400.0, 7_200.0));
        let picture = Pdf::open(&poster, limits).await.unwrap().picture(0).await.unwrap();
        let (width, height) = picture.dimensions();
        assert!(u64::from(width) * u64::from(height) <= 1_000_000, "{width} x {height}");
    }

    #[tokio::test]
    async fn only_the_first_pages_are_read() {
        let content = pdf(&["One", "Two", "Three"], (200.0, 200.0));
        let limits = ReadingLimits { max_pages: 2, ..ReadingLimits::default() };
        let document = Pdf::open(&content, limits).await.unwrap();
        assert_eq!(document.page_count, 3);
        assert_eq!(document.text_layer().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_does_not_open_says_why() {
        assert!(matches!(open(encrypted_pdf()).await, Err(PdfError::Encrypted)));
        assert!(matches!(open(b"%PDF-1.4\nnothing more").await, Err(PdfError::Damaged)));
        let whole = pdf(&["Cut off"], (200.0, 200.0));
        for end in [0, 5, whole.len() / 2] {
            // Poppler mends what it can.
            drop(open(&whole[..end]).await);
        }
        let none = ReadingLimits { pdf_timeout: Duration::ZERO, ..ReadingLimits::default() };
        assert!(matches!(Pdf::open(&whole, none).await, Err(PdfError::TimedOut)));
    }

    #[test]
    fn what_a_document_says_of_itself_is_not_taken_for_what_is_said_of_it() {
        let told = "Title:  x\nPages: 1\nPage    1 size: 1 x 1 pts\nAuthor: y\nPages:           2\n\
                    Page    1 size:  595 x 842 pts (A4)\nPage    1 rot:   0\n\
                    Page    2 size:  1.44e+06 x 5.5 pts\nFile size: 7 bytes";
        assert_eq!(pages(told), (2, vec![(595.0, 842.0), (1_440_000.0, 5.5)]));
        assert_eq!(pages("no such thing"), (0, vec![]));
    }

    #[test]
    fn a_pixmap_is_as_long_as_it_says() {
        assert!(portable_pixmap(b"P6\n1 2\n255\nabcdef".to_vec()).is_some());
        for wrong in
            ["P6\n1 2\n255\nabcde", "P5\n1 2\n255\nabcdef", "P6\n1 2", "", "P6\n0 2\n255\n"]
        {
            assert!(portable_pixmap(wrong.as_bytes().to_vec()).is_none(), "{wrong}");
        }
    }
}
