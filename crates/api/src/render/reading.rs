//! What was read in a file.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use domain::file::{FallbackReason, OcrEngine, ReadLine, ReadPage, ReadWord, TextRead, TextSource};
use projections::{FileRow, TextStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What was read in a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadingBody {
    /// The file.
    file_id: Uuid,
    /// The ticket it belongs to.
    ticket_id: Uuid,
    /// The reading: another one after the text was read again.
    reading_id: Uuid,
    /// `ocr`, or `text_layer` of a document that holds its text itself.
    #[schema(value_type = String)]
    source: TextSource,
    /// `en`, `zh`, `zh+en`, or `und` when there are no letters.
    language: &'static str,
    /// How sure the engine is, from 0 to 1; null of a text layer. Engines measure it differently.
    mean_confidence: Option<f64>,
    /// `paddle` or `tesseract`; null of a text layer.
    #[schema(value_type = Option<String>)]
    engine: Option<OcrEngine>,
    /// The version of the engine.
    engine_version: Option<String>,
    /// The models or the trained data it read with.
    model: Option<String>,
    /// Set when another engine than the one meant had to read it.
    fallback: Option<FallbackBody>,
    /// How long reading took, in milliseconds.
    duration_ms: u64,
    /// When it was recorded.
    read_at: Option<DateTime<Utc>>,
    /// How many pages the file has; 1 of a picture.
    page_count: u32,
    /// How many of them were read, from the first.
    pages_read: u32,
    /// The whole text, one line each.
    text: String,
    /// The pages that were read, as far as their places are known.
    pages: Vec<PageBody>,
    /// The lines in reading order, as far as their places are known.
    lines: Vec<LineBody>,
}

/// That another engine read it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FallbackBody {
    /// The engine that was meant.
    #[schema(value_type = String)]
    from: OcrEngine,
    /// `unavailable`, `failed`, `timed_out`, `busy` or `breaker_open`.
    #[schema(value_type = String)]
    reason: FallbackReason,
}

/// A page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageBody {
    /// Its number, from 1.
    page: u32,
    /// The width in pixels of the picture as it is stored.
    width: u32,
    /// Its height in pixels.
    height: u32,
    /// By how many degrees clockwise it has to be turned for its text to stand upright.
    rotation: u16,
    /// How sure the engine is, from 0 to 1.
    mean_confidence: f64,
    /// The language of its text.
    language: &'static str,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineBody {
    /// The number of its page, from 1.
    page: u32,
    /// As read.
    text: String,
    /// How sure the engine is, from 0 to 1.
    confidence: f64,
    /// Where it is in the stored picture, in pixels: left edge, top edge, width, height.
    bbox: [u32; 4],
    /// Its words from the start of the line to its end.
    words: Vec<WordBody>,
}

/// A word.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WordBody {
    /// As read.
    text: String,
    /// How sure the engine is, from 0 to 1.
    confidence: f64,
    /// Where it is, as of a line.
    bbox: [u32; 4],
}

impl ReadingBody {
    /// What was read, with its text and its pages, which may lie elsewhere.
    pub(crate) fn new(row: &FileRow, read: TextRead, text: String, pages: Vec<ReadPage>) -> Self {
        let read_at = match &row.text {
            TextStatus::Read(found) if found.reading_id == read.reading_id => Some(found.read_at),
            TextStatus::Read(_)
            | TextStatus::None
            | TextStatus::Pending
            | TextStatus::NotRead { .. } => None,
        };
        let fallback =
            read.fallback.map(|other| FallbackBody { from: other.from, reason: other.reason });
        let mut body = Self {
            file_id: row.id.uuid(),
            ticket_id: row.ticket_id.uuid(),
            reading_id: read.reading_id.uuid(),
            source: read.source,
            language: read.language.as_str(),
            mean_confidence: read.mean_confidence,
            engine: read.engine,
            engine_version: read.engine_version.map(|version| version.to_string()),
            model: read.model.map(|model| model.to_string()),
            fallback,
            duration_ms: read.duration_ms,
            read_at,
            page_count: read.page_count,
            pages_read: read.pages_read,
            text,
            pages: Vec::with_capacity(pages.len()),
            lines: Vec::new(),
        };
        for (number, page) in (1..).zip(pages) {
            body.pages.push(PageBody {
                page: number,
                width: page.width,
                height: page.height,
                rotation: page.rotation,
                mean_confidence: page.mean_confidence,
                language: page.language.as_str(),
            });
            body.lines.extend(page.lines.into_iter().map(|line| LineBody::new(number, line)));
        }
        body
    }
}

impl LineBody {
    fn new(page: u32, line: ReadLine) -> Self {
        let word = |word: ReadWord| WordBody {
            text: word.text,
            confidence: word.confidence,
            bbox: word.bbox,
        };
        Self {
            page,
            text: line.text,
            confidence: line.confidence,
            bbox: line.bbox,
            words: line.words.into_iter().map(word).collect(),
        }
    }
}

/// What was read as an hOCR document (specification 1.2): HTML that other programs know how to read. Text without
/// places has its lines on a page without any.
pub(crate) fn hocr(read: &TextRead, text: &str, pages: &[ReadPage]) -> String {
    let mut html = String::with_capacity(1024 + text.len() * 4);
    // Writing to a string does not fail.
    let _ = write_document(&mut html, read, text, pages);
    html
}

fn write_document(
    html: &mut String,
    read: &TextRead,
    text: &str,
    pages: &[ReadPage],
) -> std::fmt::Result {
    let engine = read.engine.map_or("text layer", OcrEngine::as_str);
    let version = read.engine_version.as_ref().map(ToString::to_string).unwrap_or_default();
    let system = format!("{engine} {version}");
    let system = escaped(system.trim());
    html.push_str(concat!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title></title>\n",
        "<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_line ocrx_word\">\n",
    ));
    writeln!(html, "<meta name=\"ocr-system\" content=\"{system}\">")?;
    writeln!(html, "<meta name=\"ocr-number-of-pages\" content=\"{}\">", read.pages_read)?;
    html.push_str("</head>\n<body>\n");
    if pages.is_empty() {
        html.push_str("<div class=\"ocr_page\" id=\"page_1\">\n");
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            writeln!(html, "<span class=\"ocr_line\">{}</span>", escaped(line))?;
        }
        html.push_str("</div>\n");
    }
    for (number, page) in (1..).zip(pages) {
        write_page(html, number, page)?;
    }
    html.push_str("</body>\n</html>\n");
    Ok(())
}

fn write_page(html: &mut String, number: u32, page: &ReadPage) -> std::fmt::Result {
    let all = bbox([0, 0, page.width, page.height]);
    let place = number.saturating_sub(1);
    writeln!(
        html,
        "<div class=\"ocr_page\" id=\"page_{number}\" title=\"{all}; ppageno {place}\">"
    )?;
    for (index, line) in (1..).zip(&page.lines) {
        let at = bbox(line.bbox);
        write!(html, "<span class=\"ocr_line\" id=\"line_{number}_{index}\" title=\"{at}\">")?;
        for (nth, word) in line.words.iter().enumerate() {
            let (at, space) = (bbox(word.bbox), if nth == 0 { "" } else { " " });
            let sure = (word.confidence * 100.0).round();
            let text = escaped(&word.text);
            write!(
                html,
                "{space}<span class=\"ocrx_word\" title=\"{at}; x_wconf {sure}\">{text}</span>"
            )?;
        }
        if line.words.is_empty() {
            html.push_str(&escaped(&line.text));
        }
        html.push_str("</span>\n");
    }
    html.push_str("</div>\n");
    Ok(())
}

/// hOCR has corners where a place here has sizes.
fn bbox([x, y, width, height]: [u32; 4]) -> String {
    format!("bbox {x} {y} {} {}", x.saturating_add(width), y.saturating_add(height))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::file::{ReadSettings, TextLanguage};
    use domain::{Personal, ReadingId, TicketId};

    fn read() -> TextRead {
        TextRead {
            ticket_id: TicketId(Uuid::from_u128(1)),
            reading_id: ReadingId(Uuid::from_u128(2)),
            source: TextSource::Ocr,
            engine: Some(OcrEngine::Tesseract),
            engine_version: None,
            model: None,
            settings: ReadSettings::default(),
            language: TextLanguage::English,
            mean_confidence: Some(0.5),
            width: Some(100),
            height: Some(50),
            page_count: 2,
            pages_read: 2,
            duration_ms: 1,
            fallback: None,
            text: Personal::Known("<script>\nb".to_owned()),
            layout: None,
        }
    }

    #[test]
    fn what_was_read_cannot_become_markup() {
        let at = [1, 2, 30, 4];
        let text = "<script>".to_owned();
        let words = vec![ReadWord { text: text.clone(), confidence: 0.876, bbox: at }];
        let with_words = ReadLine { text, confidence: 0.876, bbox: at, words };
        let without = ReadLine { words: Vec::new(), ..with_words.clone() };
        let page = ReadPage {
            width: 100,
            height: 50,
            rotation: 0,
            mean_confidence: 0.876,
            language: TextLanguage::English,
            lines: vec![with_words, without],
        };
        let html = hocr(&read(), "<script>", &[page.clone(), page]);
        let word =
            "<span class=\"ocrx_word\" title=\"bbox 1 2 31 6; x_wconf 88\">&lt;script&gt;</span>";
        assert_eq!(html.matches(word).count(), 2, "{html}");
        assert!(html.contains("id=\"page_2\" title=\"bbox 0 0 100 50; ppageno 1\""));
        assert!(!html.contains("<script>"));
        let layer = hocr(&read(), "<script>\nb", &[]);
        assert!(layer.contains("<span class=\"ocr_line\">&lt;script&gt;</span>"), "{layer}");
    }
}
