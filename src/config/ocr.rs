//! What reads the text of pictures and documents.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use ocr::{EngineName, PaddleParts, Tesseract};
use workers::files::{OcrOptions, ReadingLimits};

use super::Reader;

const ENGINES: [EngineName; 2] = [EngineName::Paddle, EngineName::Tesseract];

pub(super) fn read(read: &Reader<'_>) -> Result<OcrOptions> {
    let parts = PathBuf::from(read.text("ocr.parts").unwrap_or_default());
    let tessdata = read.text("ocr.tessdata").map(PathBuf::from);
    let engines = match read.0.get("ocr.engines") {
        Some(_) => named(read)?,
        None => installed(&parts, tessdata.as_deref()),
    };
    let instances = read.number::<u16>("ocr.instances")?;
    if instances == Some(0) {
        return Err(read.at("ocr.instances", &anyhow::anyhow!("must be 1 or more")));
    }
    let second = Duration::from_secs(1);
    Ok(OcrOptions {
        engines,
        parts,
        tessdata,
        timeout: read.at_least("ocr.timeout", second)?,
        instances: instances.map_or_else(cores, usize::from),
        limits: ReadingLimits {
            max_bytes: read.bytes("ocr.max_bytes")?,
            max_pixels: read.positive("ocr.max_pixels")?,
            max_pages: read.positive("ocr.max_pages")?,
            pdf_timeout: read.at_least("ocr.pdf_timeout", second)?,
            pdf_memory: read.bytes("ocr.pdf_memory")?,
        },
    })
}

/// Those that somebody asked for, be they there or not: what another engine had to read instead says so.
fn named(read: &Reader<'_>) -> Result<Vec<EngineName>> {
    let mut engines = Vec::new();
    for engine in read.list("ocr.engines", engine)?.into_iter().flatten() {
        if !engines.contains(&engine) {
            engines.push(engine);
        }
    }
    Ok(engines)
}

/// Those whose parts are on this machine, the better one first.
fn installed(parts: &Path, tessdata: Option<&Path>) -> Vec<EngineName> {
    let is_there = |engine: &EngineName| match engine {
        EngineName::Paddle => PaddleParts::in_folder(parts).missing().is_none(),
        EngineName::Tesseract => tessdata.is_some() || Tesseract::find_tessdata().is_some(),
    };
    ENGINES.into_iter().filter(is_there).collect()
}

/// One engine; none for `off`.
fn engine(text: &str) -> Result<Option<EngineName>> {
    match ENGINES.into_iter().find(|engine| engine.as_str() == text) {
        Some(engine) => Ok(Some(engine)),
        None if text == "off" => Ok(None),
        None => bail!("{text:?} is none of paddle, tesseract, off"),
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}
