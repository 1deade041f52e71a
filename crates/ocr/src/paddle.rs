//! PP-OCR models on ONNX Runtime, through the crate `oar-ocr`.
//!
//! Nothing is linked or downloaded: the library and the models are files whose paths are given,
//! as `scripts/ocr.sh` lays them out.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use image::RgbImage;
use oar_ocr::core::config::OrtSessionConfig;
use oar_ocr::domain::tasks::{TextDetectionConfig, TextRecognitionConfig};
use oar_ocr::oarocr::{OAROCR, OAROCRBuilder, TextRegion};
use oar_ocr::processors::{BoundingBox as Quad, LimitType};
use oar_ocr::utils::get_rotate_crop_image;
use ort::session::Session;

use crate::orientation::{self, Bounds, RawLine, RawWord, Reading};
use crate::{Engine, EngineName, OcrError, Options, Page, Picture, script, spaces};

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
    pipeline: OAROCR,
    model: String,
    version: String,
}

/// Lines that the recogniser is less sure of are mostly specks and ornaments.
const LEAST_CONFIDENCE: f32 = 0.5;

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
        let characters = characters(&parts.recognition)?;
        let session = OrtSessionConfig::new().with_intra_threads(threads).with_inter_threads(1);
        let pipeline = OAROCRBuilder::new(&*parts.detection, &*parts.recognition, PathBuf::new())
            .character_dict_content(characters)
            .text_detection_config(TextDetectionConfig {
                score_threshold: 0.3,
                box_threshold: 0.5,
                unclip_ratio: 1.8,
                max_candidates: 1000,
                limit_side_len: Some(736),
                limit_type: Some(LimitType::Min),
                max_side_len: Some(2000),
            })
            .text_recognition_config(TextRecognitionConfig { score_threshold: 0.0 })
            .ort_session(session)
            .return_word_box(true)
            .build()
            .map_err(|error| unavailable(error.to_string()))?;
        let name = |path: &Path| {
            path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let model = format!("{}, {}", name(&parts.detection), name(&parts.recognition));
        Ok(Self { pipeline, model, version })
    }

    fn read_pixels(&self, pixels: &RgbImage) -> Result<Reading, OcrError> {
        let pages = self.pipeline.predict(vec![pixels.clone()]).map_err(|error| failed(&error))?;
        let regions = pages.into_iter().next().map(|page| page.text_regions).unwrap_or_default();
        let lines: Vec<RawLine> =
            regions.iter().filter_map(|region| raw_line(pixels, region)).collect();
        let unread = regions.len() - lines.len();
        Ok(Reading { lines, unread })
    }
}

impl Engine for Paddle {
    fn read(&self, picture: &Picture, _: &Options) -> Result<Page, OcrError> {
        let started = Instant::now();
        let upright =
            orientation::read_upright(picture.pixels(), orientation::Doubts::Paddle, |pixels| {
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
    // The library says the commit it was built from; its number is only in names of files.
    let commit = ort::info().split_once("git-commit-id=").map(|(_, rest)| rest);
    let commit = commit.and_then(|rest| rest.split([',', ' ']).next()).unwrap_or("unknown");
    Ok(format!("ONNX Runtime {commit}"))
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

fn raw_line(pixels: &RgbImage, region: &TextRegion) -> Option<RawLine> {
    let read = region.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let confidence = region.confidence.unwrap_or_default();
    let quad = &region.bounding_box;
    let places = region.word_boxes.as_deref().unwrap_or_default();
    let mut characters: Vec<(char, Bounds)> =
        read.chars().zip(places).map(|(character, place)| (character, bounds(place))).collect();
    // Without a place for each there is no telling where spaces are.
    let complete = characters.len() == read.chars().count();
    if complete && let Some(crop) = level_crop(pixels, quad) {
        let text: Vec<char> = characters.iter().map(|(character, _)| *character).collect();
        let (left, _, right, _) = bounds(quad);
        let centre = |place: &Bounds| (f32::midpoint(place.0, place.2) - left) / (right - left);
        let centres: Vec<f32> = characters.iter().map(|(_, place)| centre(place)).collect();
        for index in spaces::missing(&crop, &text, &centres).into_iter().rev() {
            let place = characters.get(index).map(|(_, place)| *place).unwrap_or_default();
            characters.insert(index, (' ', place));
        }
    }
    let text = if complete {
        characters.iter().map(|(character, _)| *character).collect::<String>()
    } else {
        read.to_owned()
    };
    let words = words(&characters, confidence);
    Some(RawLine { text: text.trim().to_owned(), confidence, bounds: bounds(quad), words })
}

/// The line alone, its slope taken out; none if it stands upright, which has no columns to look at.
fn level_crop(pixels: &RgbImage, quad: &Quad) -> Option<RgbImage> {
    let (left, top, right, bottom) = bounds(quad);
    if bottom - top > right - left {
        return None;
    }
    get_rotate_crop_image(pixels, &quad.points).ok()
}

/// The recogniser places single characters; what stands between spaces is a word.
fn words(characters: &[(char, Bounds)], confidence: f32) -> Vec<RawWord> {
    let mut words: Vec<RawWord> = Vec::new();
    let mut open = false;
    for &(character, (left, top, right, bottom)) in characters {
        if character.is_whitespace() {
            open = false;
            continue;
        }
        match words.last_mut().filter(|_| open) {
            Some(word) => {
                word.text.push(character);
                let before = word.bounds;
                word.bounds = (
                    before.0.min(left),
                    before.1.min(top),
                    before.2.max(right),
                    before.3.max(bottom),
                );
            }
            None => words.push(RawWord {
                text: character.to_string(),
                confidence,
                bounds: (left, top, right, bottom),
            }),
        }
        open = true;
    }
    words
}

fn bounds(quad: &Quad) -> Bounds {
    (quad.x_min(), quad.y_min(), quad.x_max(), quad.y_max())
}

fn unavailable(reason: String) -> OcrError {
    OcrError::Unavailable { engine: EngineName::Paddle, reason }
}

fn failed(error: &impl std::fmt::Display) -> OcrError {
    OcrError::Failed { engine: EngineName::Paddle, reason: error.to_string() }
}
