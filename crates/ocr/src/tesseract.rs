//! The system's Tesseract, through the crate `tesseract-rs`.
//!
//! It wants text of a book's size, dark on light and level, and to be told the writing: a Chinese
//! page reads well with `chi_sim` and badly with `chi_sim+eng`. So pages are prepared, and the
//! writing is found by reading.
//!
//! It has threads of its own (OpenMP), which several instances would multiply; they can be limited
//! by `OMP_THREAD_LIMIT=1` in the environment of the process.

use std::path::{Path, PathBuf};
use std::time::Instant;

use image::{GrayImage, RgbImage, imageops};
use imageproc::contrast::{ThresholdType, otsu_level, threshold};
use imageproc::region_labelling::{Connectivity, connected_components};
use tesseract_rs::{TessPageSegMode, TesseractAPI};

use crate::orientation::{self, RawLine, RawWord, Reading};
use crate::transform::Transform;
use crate::{Engine, EngineName, OcrError, Options, Page, Picture, Script, deskew, script};

/// One instance of the engine, with both writings in memory.
pub struct Tesseract {
    latin: TesseractAPI,
    chinese: Option<TesseractAPI>,
}

/// Where distributions put the trained data.
const TESSDATA: [&str; 4] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
];

/// Letters and strokes of about this height, in pixels, are read best.
const BEST_HEIGHT: f32 = 24.0;
/// No page is scaled beyond this many pixels.
const MOST_PIXELS: f32 = 12_000_000.0;
/// A reading this sure needs no second one in the other writing.
const SURE: f32 = 0.9;

impl Tesseract {
    /// The folder of trained data of this system, if there is one with `eng.traineddata`.
    pub fn find_tessdata() -> Option<PathBuf> {
        TESSDATA.iter().map(PathBuf::from).find(|folder| folder.join("eng.traineddata").is_file())
    }

    /// Loads English and, where it is installed, simplified Chinese from the folder `tessdata`.
    ///
    /// # Errors
    ///
    /// [`OcrError::Unavailable`] without `eng.traineddata`.
    pub fn load(tessdata: &Path) -> Result<Self, OcrError> {
        let load = |language: &str| {
            let file = tessdata.join(format!("{language}.traineddata"));
            if !file.is_file() {
                return Err(unavailable(format!("{} is missing", file.display())));
            }
            let api = TesseractAPI::new();
            api.init(tessdata, language).map_err(|error| unavailable(error.to_string()))?;
            api.set_page_seg_mode(TessPageSegMode::PSM_AUTO)
                .map_err(|error| unavailable(error.to_string()))?;
            // Without a file of its own it writes its remarks to standard error.
            api.set_variable("debug_file", "/dev/null").ok();
            Ok(api)
        };
        let chinese = tessdata.join("chi_sim.traineddata").is_file();
        Ok(Self { latin: load("eng")?, chinese: chinese.then(|| load("chi_sim")).transpose()? })
    }

    /// Reads level gray pixels in the writing asked for, or in whichever is read more surely.
    fn read_script(&self, gray: &GrayImage, asked: Script) -> Result<Reading, OcrError> {
        match (asked, &self.chinese) {
            (Script::Latin, _) | (Script::Auto | Script::Chinese, None) => {
                recognise(&self.latin, gray)
            }
            (Script::Chinese, Some(chinese)) => recognise(chinese, gray),
            (Script::Auto, Some(chinese)) => {
                let as_latin = recognise(&self.latin, gray)?;
                if as_latin.mean() >= SURE {
                    return Ok(as_latin);
                }
                let as_chinese = recognise(chinese, gray)?;
                Ok(if prefers_chinese(&as_latin, &as_chinese) { as_chinese } else { as_latin })
            }
        }
    }

    fn read_pixels(&self, pixels: &RgbImage, asked: Script) -> Result<Reading, OcrError> {
        let (gray, back) = prepare(pixels);
        let mut reading = self.read_script(&gray, asked)?;
        let place = |bounds: orientation::Bounds| {
            let found = back.bounds(bounds, pixels.dimensions());
            let (left, top) = (found.x as f32, found.y as f32);
            (left, top, left + found.width as f32, top + found.height as f32)
        };
        for line in &mut reading.lines {
            line.bounds = place(line.bounds);
            line.words.iter_mut().for_each(|word| word.bounds = place(word.bounds));
        }
        Ok(reading)
    }
}

impl Engine for Tesseract {
    fn read(&self, picture: &Picture, options: &Options) -> Result<Page, OcrError> {
        let started = Instant::now();
        let upright = orientation::read_upright(
            picture.pixels(),
            orientation::Doubts::Tesseract,
            |pixels| self.read_pixels(pixels, options.script),
        )?;
        let mut page = upright.into_page(picture, EngineName::Tesseract);
        page.language = script::language_of(&page.lines);
        page.engine_version = TesseractAPI::version();
        page.model = if self.chinese.is_some() { "eng, chi_sim" } else { "eng" }.to_owned();
        page.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(page)
    }
}

/// Read as Latin a Chinese page gives little and doubtful text; read as Chinese a Latin page gives
/// hardly any Chinese.
fn prefers_chinese(as_latin: &Reading, as_chinese: &Reading) -> bool {
    let all = as_chinese.lines.iter().flat_map(|line| line.text.chars());
    let (chinese, count) = all.filter(|character| !character.is_whitespace()).fold(
        (0usize, 0usize),
        |(chinese, count), character| {
            (chinese + usize::from(script::is_chinese(character)), count + 1)
        },
    );
    if chinese * 10 < count {
        return false;
    }
    as_chinese.mean() + 0.05 > as_latin.mean()
}

/// Gray, dark on light, level and of the size that is read best; and the way back for points.
fn prepare(pixels: &RgbImage) -> (GrayImage, Transform) {
    let mut gray = imageops::grayscale(pixels);
    let mean =
        gray.pixels().map(|pixel| u64::from(pixel.0[0])).sum::<u64>() / (gray.len() as u64).max(1);
    if mean < 110 {
        imageops::invert(&mut gray);
    }
    let mut back = Transform::IDENTITY;
    let (mut scale, specks) = scale(&gray);
    if specks {
        // Grain is no measure of letters; Tesseract's own thresholds do better than a filter here.
        return (gray, back);
    }
    let skew = deskew::skew(&gray);
    if skew != 0.0 {
        let (level, undo) = deskew::turn_level(&gray, skew);
        gray = level;
        back = undo;
        scale = scale.min((MOST_PIXELS / gray.len() as f32).sqrt().max(1.0));
    }
    if scale > 1.0 {
        let (width, height) = gray.dimensions();
        let (width, height) = (width as f32 * scale, height as f32 * scale);
        gray =
            imageops::resize(&gray, width as u32, height as u32, imageops::FilterType::CatmullRom);
        back = Transform::scale(1.0 / scale).then(back);
    }
    (gray, back)
}

/// How much larger the text should be, by the median height of its blots; and whether most blots
/// are specks.
fn scale(gray: &GrayImage) -> (f32, bool) {
    let pixels = gray.len() as f32;
    if pixels > MOST_PIXELS / 1.5 {
        return (1.0, false);
    }
    let black_and_white = threshold(gray, otsu_level(gray), ThresholdType::BinaryInverted);
    let labels = connected_components(&black_and_white, Connectivity::Eight, image::Luma([0u8]));
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for (_, y, label) in labels.enumerate_pixels() {
        let index = label.0[0] as usize;
        if index == 0 {
            continue;
        }
        if spans.len() < index {
            spans.resize(index, (u32::MAX, 0));
        }
        let span = &mut spans[index - 1];
        *span = (span.0.min(y), span.1.max(y));
    }
    let height = |&(top, bottom): &(u32, u32)| bottom.saturating_sub(top) + 1;
    let specks = spans.iter().filter(|span| height(span) < 4).count() * 2 > spans.len();
    let mut heights: Vec<u32> =
        spans.iter().map(height).filter(|height| (4..200).contains(height)).collect();
    heights.sort_unstable();
    let Some(&median) = heights.get(heights.len() / 2) else { return (1.0, specks) };
    let wanted = BEST_HEIGHT / median as f32;
    let possible = wanted.min(4.0).min((MOST_PIXELS / pixels).sqrt());
    (if wanted < 1.3 { 1.0 } else { possible.max(1.0) }, specks)
}

fn recognise(api: &TesseractAPI, gray: &GrayImage) -> Result<Reading, OcrError> {
    let (width, height) = gray.dimensions();
    // It crashes on pictures that are hardly any.
    if width < 3 || height < 3 {
        return Ok(Reading::default());
    }
    let (width, height) = match (i32::try_from(width), i32::try_from(height)) {
        (Ok(width), Ok(height)) => (width, height),
        (Err(_), _) | (_, Err(_)) => return Err(failed(&"the picture is too large")),
    };
    api.set_image(gray.as_raw(), width, height, 1, width).map_err(|error| failed(&error))?;
    api.set_source_resolution(300).map_err(|error| failed(&error))?;
    api.recognize().map_err(|error| failed(&error))?;
    let table = api.get_tsv_text(0).map_err(|error| failed(&error))?;
    // What it learned of one page must not colour the next, which may be somebody else's.
    api.clear_adaptive_classifier().ok();
    api.clear().ok();
    Ok(Reading { lines: lines_of(&table), unread: 0 })
}

/// The lines of Tesseract's table: level, page, block, paragraph, line, word, left, top, width,
/// height, confidence, text, apart by tabs.
fn lines_of(table: &str) -> Vec<RawLine> {
    let mut lines: Vec<RawLine> = Vec::new();
    for row in table.lines() {
        let fields: Vec<&str> = row.splitn(12, '\t').collect();
        let [level, _, _, _, _, _, left, top, width, height, confidence, text] = fields[..] else {
            continue;
        };
        let number = |field: &str| field.parse::<f32>().unwrap_or_default();
        let (left, top) = (number(left), number(top));
        let bounds = (left, top, left + number(width), top + number(height));
        match level {
            "4" => lines.push(RawLine {
                text: String::new(),
                confidence: 0.0,
                bounds,
                level: bounds,
                words: Vec::new(),
            }),
            "5" if !text.trim().is_empty() => {
                let confidence = number(confidence) / 100.0;
                let text = text.trim().to_owned();
                if let Some(line) = lines.last_mut() {
                    line.words.push(RawWord { text, confidence, bounds });
                }
            }
            _ => {}
        }
    }
    lines.retain(|line| !line.words.is_empty());
    for line in &mut lines {
        let count = |word: &RawWord| word.text.chars().count() as f32;
        let all: f32 = line.words.iter().map(count).sum();
        let sum: f32 = line.words.iter().map(|word| word.confidence * count(word)).sum();
        line.confidence = sum / all.max(1.0);
        line.text = joined(&line.words);
    }
    lines
}

/// Words with spaces between them, though not between Chinese ones.
fn joined(words: &[RawWord]) -> String {
    let mut text = String::new();
    for word in words {
        let (before, after) = (text.chars().last(), word.text.chars().next());
        let chinese = |character: Option<char>| character.is_some_and(script::is_chinese);
        let both_chinese = chinese(before) && chinese(after);
        if !text.is_empty() && !both_chinese {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

fn unavailable(reason: String) -> OcrError {
    OcrError::Unavailable { engine: EngineName::Tesseract, reason }
}

fn failed(error: &impl std::fmt::Display) -> OcrError {
    OcrError::Failed { engine: EngineName::Tesseract, reason: error.to_string() }
}
