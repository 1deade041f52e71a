//! The system's Tesseract, through the crate `tesseract-rs`.
//!
//! It wants text of a book's size, dark on light and level, and to be told the writing: a Chinese
//! page reads well with `chi_sim` and badly with `chi_sim+eng`. So pages are prepared, and the
//! writing is found by reading.
//!
//! It has threads of its own (OpenMP), which several instances would multiply; they can be limited
//! by `OMP_THREAD_LIMIT=1` in the environment of the process.

mod prepare;
mod table;
mod writings;

use std::path::{Path, PathBuf};
use std::time::Instant;

use image::{GrayImage, RgbImage};
use tesseract_rs::{TessPageSegMode, TesseractAPI};

use crate::orientation::{self, Reading};
use crate::{Engine, EngineName, OcrError, Options, Page, Picture, Script, order, script};

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

/// A reading this sure needs no second one in the other writing.
const SURE: f32 = 0.9;
/// A page less sure than this in all is rather leaves and walls with a sign among them, in which all kinds of words are
/// seen, and of which only lines at least as sure as that count.
const MOSTLY_NO_TEXT: f32 = 0.6;
const SURE_OF_LINE: f32 = 0.5;
/// Only what is read this surely is a table.
const SURE_OF_TABLE: f32 = 0.6;
/// A table read as one block is to have this much of the text, weighed by how sure it is, that its parts had.
const LEAST_OF_WHOLE: f32 = 0.95;

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
                if !writings::is_doubtful(&as_latin, SURE) {
                    return Ok(as_latin);
                }
                Ok(writings::merged(as_latin, recognise(chinese, gray)?))
            }
        }
    }

    fn read_pixels(&self, pixels: &RgbImage, asked: Script) -> Result<Reading, OcrError> {
        let (gray, back) = prepare::prepare(pixels);
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
        let upright = match upright.mean() < MOSTLY_NO_TEXT {
            true => upright.without_doubtful(SURE_OF_LINE),
            false => upright,
        };
        let mut page = upright.into_page(picture, EngineName::Tesseract);
        page.language = script::language_of(&page.lines);
        page.engine_version = TesseractAPI::version();
        page.model = if self.chinese.is_some() { "eng, chi_sim" } else { "eng" }.to_owned();
        page.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(page)
    }
}

/// Reads the page as Tesseract divides it, and as one block if it is a table, as what it takes for the edges of
/// columns tears words there; or if it took nothing for text.
fn recognise(api: &TesseractAPI, gray: &GrayImage) -> Result<Reading, OcrError> {
    let divided = recognise_as(api, gray, TessPageSegMode::PSM_AUTO)?;
    // What is not upright, or in the other writing, lies about like one.
    let is_table = divided.mean() >= SURE_OF_TABLE && order::is_table(&divided.lines);
    if !is_table && !divided.lines.is_empty() {
        return Ok(divided);
    }
    let whole = recognise_as(api, gray, TessPageSegMode::PSM_SINGLE_BLOCK)?;
    Ok(if whole.weight() >= LEAST_OF_WHOLE * divided.weight() { whole } else { divided })
}

fn recognise_as(
    api: &TesseractAPI,
    gray: &GrayImage,
    layout: TessPageSegMode,
) -> Result<Reading, OcrError> {
    let (width, height) = gray.dimensions();
    // It crashes on pictures that are hardly any.
    if width < 3 || height < 3 {
        return Ok(Reading::default());
    }
    let (width, height) = match (i32::try_from(width), i32::try_from(height)) {
        (Ok(width), Ok(height)) => (width, height),
        (Err(_), _) | (_, Err(_)) => return Err(failed(&"the picture is too large")),
    };
    api.set_page_seg_mode(layout).map_err(|error| failed(&error))?;
    api.set_image(gray.as_raw(), width, height, 1, width).map_err(|error| failed(&error))?;
    api.set_source_resolution(300).map_err(|error| failed(&error))?;
    api.recognize().map_err(|error| failed(&error))?;
    let read = api.get_tsv_text(0).map_err(|error| failed(&error))?;
    // What it learned of one page must not colour the next, which may be somebody else's.
    api.clear_adaptive_classifier().ok();
    api.clear().ok();
    Ok(Reading { lines: table::lines_of(&read), unread: 0 })
}

fn unavailable(reason: String) -> OcrError {
    OcrError::Unavailable { engine: EngineName::Tesseract, reason }
}

fn failed(error: &impl std::fmt::Display) -> OcrError {
    OcrError::Failed { engine: EngineName::Tesseract, reason: error.to_string() }
}
