//! What the engines read on drawn pictures, and what becomes of hostile ones. The engines' parts
//! are optional on a machine: a test whose parts are missing says so and passes.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

use std::path::PathBuf;
use std::sync::Mutex;

use ocr::specimens::{Class, Fonts, Specimen, character_error_rate, draw, draw_unseen};
use ocr::{Engine, Options, Paddle, PaddleParts, Page, Picture};

/// One engine at a time: loading takes longer than reading.
static PADDLE: Mutex<()> = Mutex::new(());

fn paddle() -> Option<Paddle> {
    #[expect(clippy::disallowed_methods, reason = "where the parts are is the test run's setting")]
    let folder = std::env::var_os("DOCKET_TEST_OCR").filter(|path| !path.is_empty());
    let Some(folder) = folder else {
        eprintln!("skipped: DOCKET_TEST_OCR is not set; `make test` sets it");
        return None;
    };
    Some(Paddle::load(&PaddleParts::in_folder(&PathBuf::from(folder)), 2).unwrap())
}

fn fonts() -> Option<Fonts> {
    let fonts = Fonts::noto();
    if fonts.is_none() {
        eprintln!("skipped: the fonts are missing (fonts-noto-core, fonts-noto-cjk)");
    }
    fonts
}

/// The most character errors a class may have, in percent, over its first two specimens.
fn within_bounds(engine: &dyn Engine, bounds: &[(Class, f64)]) {
    let Some(fonts) = fonts() else { return };
    all_within(engine, bounds, |class, variant| draw(&fonts, class, variant));
}

/// The same for specimens of a set that the engines were not set up with.
fn within_bounds_unseen(engine: &dyn Engine, bounds: &[(Class, f64)]) {
    const SEED: u64 = 21;
    // The set is drawn with all of them: with fewer it is another one.
    const FACES: usize = 8;
    let fonts = Fonts::others();
    if fonts.len() < FACES {
        eprintln!("skipped: fonts are missing (fonts-dejavu-core, fonts-liberation)");
        return;
    }
    all_within(engine, bounds, |class, variant| draw_unseen(&fonts, class, SEED, variant).unwrap());
}

fn all_within(
    engine: &dyn Engine,
    bounds: &[(Class, f64)],
    specimen: impl Fn(Class, u32) -> Specimen,
) {
    let mut beyond = Vec::new();
    for &(class, most) in bounds {
        let rate = [0, 1].map(|variant| {
            let specimen = specimen(class, variant);
            let picture = Picture::from_pixels(specimen.pixels);
            let page = engine.read(&picture, &Options::default()).unwrap();
            all_boxes_lie_inside(&page);
            character_error_rate(&specimen.text, &page.text())
        });
        let percent = 100.0 * (rate[0] + rate[1]) / 2.0;
        eprintln!("{:12} {percent:6.2} %", class.name());
        if percent > most {
            beyond.push((class, percent));
        }
    }
    assert!(beyond.is_empty(), "more errors than allowed: {beyond:?}");
}

fn all_boxes_lie_inside(page: &Page) {
    for line in &page.lines {
        let boxes = line.words.iter().map(|word| word.bbox).chain([line.bbox]);
        for bbox in boxes {
            assert!(bbox.x + bbox.width <= page.width && bbox.y + bbox.height <= page.height);
        }
    }
}

#[test]
fn paddle_reads_every_class_within_its_bound() {
    let _alone = PADDLE.lock().unwrap();
    let Some(engine) = paddle() else { return };
    within_bounds(
        &engine,
        &[
            (Class::Latin, 5.0),
            (Class::Chinese, 2.0),
            (Class::Mixed, 5.0),
            (Class::Small, 5.0),
            (Class::Rotated, 5.0),
            (Class::UpsideDown, 5.0),
            (Class::Skewed, 5.0),
            (Class::Noisy, 6.0),
            (Class::Columns, 6.0),
            (Class::Dark, 5.0),
            (Class::Receipt, 6.0),
        ],
    );
}

#[cfg(feature = "tesseract")]
#[test]
fn tesseract_reads_every_class_within_its_bound() {
    let Some(data) = ocr::Tesseract::find_tessdata() else {
        eprintln!("skipped: no trained data (tesseract-ocr-eng, tesseract-ocr-chi-sim)");
        return;
    };
    let engine = ocr::Tesseract::load(&data).unwrap();
    within_bounds(
        &engine,
        &[
            (Class::Latin, 3.0),
            (Class::Chinese, 5.0),
            (Class::Mixed, 5.0),
            (Class::Small, 10.0),
            (Class::Rotated, 5.0),
            (Class::UpsideDown, 5.0),
            (Class::Skewed, 5.0),
            (Class::Noisy, 10.0),
            (Class::Columns, 5.0),
            (Class::Dark, 5.0),
            (Class::Receipt, 5.0),
        ],
    );
}

#[test]
fn paddle_reads_what_it_was_not_set_up_with_within_tight_bounds() {
    let _alone = PADDLE.lock().unwrap();
    let Some(engine) = paddle() else { return };
    within_bounds_unseen(
        &engine,
        &[
            (Class::Mixed, 2.0),
            (Class::Skewed, 1.0),
            (Class::Noisy, 2.0),
            (Class::Columns, 1.0),
            (Class::Receipt, 1.0),
        ],
    );
}

#[cfg(feature = "tesseract")]
#[test]
fn tesseract_reads_what_it_was_not_set_up_with_within_tight_bounds() {
    let Some(data) = ocr::Tesseract::find_tessdata() else {
        eprintln!("skipped: no trained data (tesseract-ocr-eng, tesseract-ocr-chi-sim)");
        return;
    };
    let engine = ocr::Tesseract::load(&data).unwrap();
    within_bounds_unseen(
        &engine,
        &[
            (Class::Mixed, 2.0),
            (Class::Skewed, 1.0),
            (Class::Noisy, 4.0),
            (Class::Columns, 1.0),
            (Class::Receipt, 1.0),
        ],
    );
}

#[test]
fn boxes_of_a_page_on_its_side_lie_where_the_text_is_in_the_stored_image() {
    let _alone = PADDLE.lock().unwrap();
    let (Some(engine), Some(fonts)) = (paddle(), fonts()) else { return };
    let specimen = draw(&fonts, Class::Latin, 0);
    let width = specimen.pixels.width();
    let upright = Picture::from_pixels(specimen.pixels.clone());
    let upright = engine.read(&upright, &Options::default()).unwrap();
    // On its head: turned by 180° once more it stands upright.
    let turned = image::imageops::rotate180(&specimen.pixels);
    let turned = engine.read(&Picture::from_pixels(turned), &Options::default()).unwrap();
    assert_eq!((upright.rotation, turned.rotation), (0, 180));
    let (first, same) = (&upright.lines[0], &turned.lines[0]);
    assert_eq!(first.text, same.text);
    let mirrored = width - first.bbox.x - first.bbox.width;
    assert!(same.bbox.x.abs_diff(mirrored) <= 4, "{:?} {:?}", first.bbox, same.bbox);
    assert_eq!(upright.language, "en");
    assert!(first.words.len() > 3, "{:?}", first.words);
}

#[test]
fn a_picture_without_text_is_an_empty_page() {
    let _alone = PADDLE.lock().unwrap();
    let Some(engine) = paddle() else { return };
    for (width, height) in [(1, 1), (3, 200), (640, 480)] {
        let blank = image::RgbImage::from_pixel(width, height, image::Rgb([255, 255, 255]));
        let page = engine.read(&Picture::from_pixels(blank), &Options::default()).unwrap();
        assert_eq!(page.text(), "");
        assert_eq!((page.language.as_str(), page.mean_confidence.value()), ("und", 0.0));
    }
}

#[test]
fn a_missing_part_is_said_by_name() {
    let parts = PaddleParts::in_folder(&PathBuf::from("/nonexistent"));
    let error = Paddle::load(&parts, 1).err().unwrap();
    assert!(error.is_engine_fault() && error.to_string().contains("libonnxruntime.so"));
}
