//! PP-OCR models on ONNX Runtime, through the crate `oar-ocr`.
//!
//! Nothing is linked or downloaded: the library and the models are files whose paths are given,
//! as `scripts/ocr.sh` lays them out.

mod lines;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use image::RgbImage;
use image::imageops::{self, FilterType};
use oar_ocr::core::config::OrtSessionConfig;
use oar_ocr::models::detection::{DBModel, DBModelBuilder, DBPreprocessConfig};
use oar_ocr::models::recognition::{CRNNModel, CRNNModelBuilder};
use oar_ocr::processors::{BoundingBox as Quad, LimitType, Point};
use ort::session::Session;
use ort::sys::OrtApiBase;

use self::lines::{Crop, Read};
use crate::orientation::{self, RawLine, Reading};
use crate::{Engine, EngineName, OcrError, Options, Page, Picture, script};

/// The files that the engine is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaddleParts {
    /// ONNX Runtime's shared library.
    pub library: PathBuf,
    /// The model that finds lines.
    pub detection: PathBuf,
    /// The model that reads lines; its metadata hold its characters under `character`.
    pub recognition: PathBuf,
}

impl PaddleParts {
    /// As `scripts/ocr.sh` lays them out in `folder`.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            library: folder.join("libonnxruntime.so"),
            detection: folder.join("ch_PP-OCRv4_det_infer.onnx"),
            recognition: folder.join("ch_PP-OCRv4_rec_infer.onnx"),
        }
    }

    /// The first part that is no file, if any.
    pub fn missing(&self) -> Option<&Path> {
        [&self.library, &self.detection, &self.recognition]
            .into_iter()
            .find(|part| !part.is_file())
            .map(PathBuf::as_path)
    }
}

/// One instance of the engine: both models in memory.
pub struct Paddle {
    finder: DBModel,
    reader: CRNNModel,
    model: String,
    version: String,
}

/// Lines that the recogniser is less sure of are mostly specks and ornaments.
const LEAST_CONFIDENCE: f32 = 0.5;
/// Lines are looked for in pictures of at most so many pixels a side. Smaller pictures are not enlarged for it: large
/// letters are found worse, and more pixels take longer.
const LONGEST_SIDE: u32 = 2000;
/// A small picture with at most so many lines may have more, which are found enlarged.
const FEW: usize = 3;
/// Small is a picture whose shorter side has less than this many pixels, up to which it is enlarged then.
const SMALL: u32 = 480;
/// It is not enlarged more than this.
const MOST_ENLARGED: f32 = 4.0;
/// From how sure on a pixel belongs to a line.
const SURE_PIXEL: f32 = 0.3;
/// From how sure on, in the mean of its pixels, a place is a line.
const SURE_LINE: f32 = 0.5;
/// By how much the places are widened, as the finder marks the middle of lines. The models' makers take 1.5 and lose
/// letters at the ends.
const WIDENED: f32 = 2.0;
/// So many lines tell whether a page stands on its head.
const SAMPLE: usize = 3;
/// Lines that stand on their head are read less surely than this.
const SURE_SAMPLE: f32 = 0.85;

impl Paddle {
    /// Loads library and models. `threads` is how many cores one picture may use.
    ///
    /// The library of the first call serves the whole process; later calls must name the same.
    ///
    /// # Errors
    ///
    /// [`OcrError::Unavailable`] if a part is missing or is not what it should be.
    pub fn load(parts: &PaddleParts, threads: usize) -> Result<Self, OcrError> {
        if let Some(part) = parts.missing() {
            return Err(unavailable(format!("{} is missing", part.display())));
        }
        let version = load_library(&parts.library)?;
        let characters = characters(&parts.recognition)?.lines().map(str::to_owned).collect();
        let session = OrtSessionConfig::new().with_intra_threads(threads).with_inter_threads(1);
        let finder = DBModelBuilder::new()
            .preprocess_config(DBPreprocessConfig {
                limit_side_len: Some(LONGEST_SIDE),
                limit_type: Some(LimitType::Max),
                max_side_limit: Some(LONGEST_SIDE),
                resize_long: None,
            })
            .with_ort_config(session.clone())
            .build(&*parts.detection)
            .map_err(|error| unavailable(error.to_string()))?;
        let reader = CRNNModelBuilder::new()
            .character_dict(characters)
            .with_ort_config(session)
            .build(&*parts.recognition)
            .map_err(|error| unavailable(error.to_string()))?;
        let name = |path: &Path| {
            path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let model = format!("{}, {}", name(&parts.detection), name(&parts.recognition));
        Ok(Self { finder, reader, model, version })
    }

    /// Where lines seem to be.
    fn find(&self, pixels: &RgbImage) -> Result<Vec<Quad>, OcrError> {
        let found = self
            .finder
            .forward(vec![pixels.clone()], SURE_PIXEL, SURE_LINE, WIDENED)
            .map_err(|error| failed(&error))?;
        Ok(found.boxes.into_iter().next().unwrap_or_default())
    }

    /// One at a time: together, each would be filled up to the widest of them.
    fn recognise(&self, crop: &Crop) -> Result<Read, OcrError> {
        let read = self.reader.forward_refs(&[&crop.pixels], true);
        Ok(Read::first(read.map_err(|error| failed(&error))?))
    }

    /// The text of a page as it stands.
    fn read_pixels(&self, pixels: &RgbImage) -> Result<Reading, OcrError> {
        let crops = crops(pixels, self.find(pixels)?);
        let read: Result<Vec<Read>, OcrError> =
            crops.iter().map(|crop| self.recognise(crop)).collect();
        Ok(reading(&crops, &read?))
    }

    /// The text of a small picture turned by `turn` in which hardly anything was read, with what is found in it enlarged;
    /// none if that is no more.
    fn read_enlarged(
        &self,
        pixels: &RgbImage,
        turn: u16,
        first: &Reading,
    ) -> Result<Option<Reading>, OcrError> {
        let side = pixels.width().min(pixels.height());
        if side == 0 || side >= SMALL || first.lines.len() + first.unread > FEW {
            return Ok(None);
        }
        let page = orientation::turned(pixels, turn);
        let (width, height) = page.dimensions();
        let longest = LONGEST_SIDE as f32 / width.max(height) as f32;
        let scale = (SMALL as f32 / side as f32).min(MOST_ENLARGED).min(longest);
        if scale <= 1.0 {
            return Ok(None);
        }
        let size = |side: u32| (side as f32 * scale) as u32;
        let enlarged = imageops::resize(&*page, size(width), size(height), FilterType::Triangle);
        let found = self.find(&enlarged)?;
        let back = |quad: Quad| Quad {
            points: quad.points.iter().map(|p| Point::new(p.x / scale, p.y / scale)).collect(),
        };
        let crops = crops(&page, found.into_iter().map(back).collect());
        let read: Result<Vec<Read>, OcrError> =
            crops.iter().map(|crop| self.recognise(crop)).collect();
        let second = reading(&crops, &read?);
        // What is in doubt is not kept in the end, so that it counts on neither side.
        let weight = |reading: &Reading| reading.weight_from(LEAST_CONFIDENCE);
        Ok((weight(&second) > 1.1 * weight(first)).then_some(second))
    }

    /// The text of a page turned upright as far as the shape and a sample of its lines tell, and by how many degrees
    /// clockwise it was turned.
    fn read_turned(&self, pixels: &RgbImage) -> Result<(u16, Reading), OcrError> {
        let (mut turn, mut page) = (0, Cow::Borrowed(pixels));
        let mut found = self.find(&page)?;
        if lines::lie_on_their_side(&found) {
            turn = 90;
            page = orientation::turned(pixels, turn);
            found = self.find(&page)?;
        }
        let mut crops = crops(&page, found);
        crops.sort_by_key(|crop| Reverse(crop.pixels.width()));
        let sample = |crops: &[Crop]| -> Result<Vec<Read>, OcrError> {
            crops.iter().take(SAMPLE).map(|crop| self.recognise(crop)).collect()
        };
        let mut read = sample(&crops)?;
        let sure = mean(&read);
        if sure < SURE_SAMPLE {
            let size = page.dimensions();
            let turned: Vec<Crop> =
                crops.iter().take(SAMPLE).map(|crop| crop.on_its_head(size)).collect();
            let on_its_head = sample(&turned)?;
            if mean(&on_its_head) > sure + 0.05 {
                turn += 180;
                crops = crops.iter().map(|crop| crop.on_its_head(size)).collect();
                read = on_its_head;
            }
        }
        for crop in crops.iter().skip(read.len()) {
            read.push(self.recognise(crop)?);
        }
        Ok((turn, reading(&crops, &read)))
    }
}

impl Engine for Paddle {
    fn read(&self, picture: &Picture, _: &Options) -> Result<Page, OcrError> {
        let started = Instant::now();
        let pixels = picture.pixels();
        let (turn, first) = self.read_turned(pixels)?;
        let (turn, first) = match self.read_enlarged(pixels, turn, &first)? {
            Some(better) => (turn, better),
            None => (turn, first),
        };
        let upright =
            orientation::doubted(pixels, turn, first, orientation::Doubts::Paddle, |pixels| {
                self.read_pixels(pixels)
            })?;
        // Not before: a page on its head is known by how unsure its lines are.
        let mut page =
            upright.without_doubtful(LEAST_CONFIDENCE).into_page(picture, EngineName::Paddle);
        page.language = script::language_of(&page.lines);
        page.engine_version.clone_from(&self.version);
        page.model.clone_from(&self.model);
        page.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(page)
    }
}

fn crops(page: &RgbImage, found: Vec<Quad>) -> Vec<Crop> {
    found.into_iter().filter_map(|quad| Crop::new(page, quad)).collect()
}

fn reading(crops: &[Crop], read: &[Read]) -> Reading {
    let slope = lines::slope(crops);
    let read = crops.iter().zip(read);
    let lines: Vec<RawLine> =
        read.filter_map(|(crop, read)| lines::raw_line(crop, read, slope)).collect();
    let unread = crops.len() - lines.len();
    Reading { lines, unread }
}

/// How sure lines are, by characters; 0 without text.
fn mean(read: &[Read]) -> f32 {
    let (sum, count) = read.iter().fold((0.0, 0.0), |(sum, count), read| {
        let characters = read.text.chars().count() as f32;
        (sum + read.confidence * characters, count + characters)
    });
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Loads ONNX Runtime once in the life of the process and says its version.
fn load_library(path: &Path) -> Result<String, OcrError> {
    static LOADED: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match &*loaded {
        Some(other) if other != path => {
            let other = other.display();
            return Err(unavailable(format!("ONNX Runtime is already loaded from {other}")));
        }
        Some(_) => {}
        None => {
            ort::init_from(path).map_err(|error| unavailable(error.to_string()))?.commit();
            *loaded = Some(path.to_path_buf());
        }
    }
    Ok(match version_of_library(path) {
        Some(version) => format!("ONNX Runtime {version}"),
        None => "ONNX Runtime".to_owned(),
    })
}

/// What ONNX Runtime says its version is; `ort` asks it the same and keeps the answer to itself.
#[expect(
    unsafe_code,
    reason = "a function of a shared library; ort has loaded it and called it before"
)]
fn version_of_library(path: &Path) -> Option<String> {
    type GetApiBase = unsafe extern "system" fn() -> *const OrtApiBase;
    // SAFETY: the library is already in the process, so that nothing of it runs for being loaded, and stays there. The
    // types are those of its C interface, whose first function and base have not changed since they exist.
    unsafe {
        let library = libloading::Library::new(path).ok()?;
        let base = library.get::<GetApiBase>(b"OrtGetApiBase").ok()?();
        let version = (base.as_ref()?.GetVersionString)();
        let version = (!version.is_null()).then(|| CStr::from_ptr(version))?;
        Some(version.to_string_lossy().into_owned())
    }
}

/// The characters that the recogniser knows, one to a line, out of the model itself.
fn characters(model: &Path) -> Result<String, OcrError> {
    let session = Session::builder()
        .and_then(|mut builder| builder.commit_from_file(model))
        .map_err(|error| unavailable(error.to_string()))?;
    session
        .metadata()
        .ok()
        .and_then(|metadata| metadata.custom("character"))
        .filter(|characters| !characters.is_empty())
        .ok_or_else(|| unavailable(format!("{} does not say its characters", model.display())))
}

fn unavailable(reason: String) -> OcrError {
    OcrError::Unavailable { engine: EngineName::Paddle, reason }
}

fn failed(error: &impl std::fmt::Display) -> OcrError {
    OcrError::Failed { engine: EngineName::Paddle, reason: error.to_string() }
}
