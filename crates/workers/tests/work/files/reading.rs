//! Pictures and documents that are read, and what is recorded of it.

use std::time::Duration;

use chrono::TimeDelta;
use domain::file::{
    OcrEngine, OcrScript, ReadPage, ReadSettings, TextLayout, TextSource, TextState, ThumbnailState,
};
use image::ImageFormat;
use test_support::{pdf, scanned_pdf};
use workers::files::{OcrOptions, TextReader};

use super::{picture, text};
use crate::engine::Mood;
use crate::support::{Desk, PATIENCE};

#[tokio::test]
async fn every_picture_is_read_and_gets_a_small_one_and_other_files_are_left_alone() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let note = process.attach(ticket, b"just words", "text/plain").await;
    let mut pictures = Vec::new();
    for (format, content_type) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Tiff, "image/tiff"),
        (ImageFormat::Bmp, "image/bmp"),
        (ImageFormat::Gif, "image/gif"),
    ] {
        pictures.push(process.attach(ticket, &picture(format), content_type).await);
    }
    let version = process.commands.ticket_state(ticket).await.unwrap().unwrap().version;
    process.drain().await;

    for file in &pictures {
        let known = process.commands.file_state(*file).await.unwrap();
        let texts = process.texts(*file).await;
        assert_eq!(texts.iter().map(text).collect::<Vec<_>>(), ["Cell down"]);
        let read = &texts[0];
        assert_eq!((read.source, read.engine), (TextSource::Ocr, Some(OcrEngine::Paddle)));
        assert_eq!((read.width, read.height, read.page_count), (Some(800), Some(400), 1));
        assert_eq!((read.mean_confidence, read.duration_ms), (Some(0.9), 7));
        let Some(TextLayout::Inline { pages }) = &read.layout else { panic!("{read:?}") };
        assert_eq!(pages.known().unwrap()[0].lines[0].bbox, [1, 2, 3, 4]);
        let ThumbnailState::Made { address } = &known.state.thumbnail else { panic!("{known:?}") };
        let small = image::load_from_memory(&process.content(address).await).unwrap();
        assert_eq!((small.width(), small.height()), (320, 160));
    }
    assert_eq!(process.commands.file_state(note).await.unwrap().version, 0);
    let after = process.commands.ticket_state(ticket).await.unwrap().unwrap().version;
    assert_eq!(after, version, "reading changes nothing of the ticket");
    let (swept, asked) = (process.sweeper(Duration::ZERO), desk.engine.asked());
    desk.clock.advance(TimeDelta::hours(1));
    assert_eq!(swept.sweep().await.unwrap().1.unreferenced, 0, "thumbnails are referred to");
    // Another file is another reason to look.
    process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    process.drain().await;
    assert_eq!(desk.engine.asked(), asked + 1, "nothing is read twice");
}

#[tokio::test]
async fn who_wants_it_read_otherwise_gets_another_reading() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    process.drain().await;
    desk.engine.turn(Mood::Reads("Cell up".to_owned()));
    let settings = ReadSettings { engine: Some(OcrEngine::Paddle), script: OcrScript::Latin };
    process.commands.request_reading(&process.ctx(), ticket, file, settings).await.unwrap();
    process.drain().await;
    let texts = process.texts(file).await;
    assert_eq!(texts.iter().map(text).collect::<Vec<_>>(), ["Cell down", "Cell up"]);
    assert_eq!(texts[1].settings, settings);
    let settings = ReadSettings { engine: Some(OcrEngine::Tesseract), ..settings };
    process.commands.request_reading(&process.ctx(), ticket, file, settings).await.unwrap();
    process.drain().await;
    let TextState::Read { reading } = process.text_state(file).await else { panic!("it is gone") };
    assert_eq!(reading.settings.engine, Some(OcrEngine::Paddle), "there is no other engine");
    assert_eq!(process.counts("file.").await["file.text_not_read"], 1);
}

#[tokio::test]
async fn two_who_do_the_same_job_record_one_text() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let ticket = one.ticket("Broken").await;
    let file = one.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    desk.engine.turn(Mood::Hangs);
    one.reactions.drain().await.unwrap();
    let slow = one.runner.drain();
    let quick = async {
        one.asked(&desk, 1).await;
        // As if it had been silent for longer than its lease; which it prolongs every now and then.
        let second = async {
            while desk.engine.asked() < 2 {
                two.later(&desk, TimeDelta::zero()).await;
                two.runner.drain().await.unwrap();
            }
        };
        let release = async {
            two.asked(&desk, 2).await;
            desk.engine.turn(Mood::Reads("Cell down".to_owned()));
        };
        tokio::join!(second, release);
    };
    tokio::join!(slow, quick).0.unwrap();
    assert_eq!(desk.engine.asked(), 2);
    assert_eq!(one.texts(file).await.len(), 1);
    assert_eq!(one.counts("file.").await["file.text_read"], 1);
}

#[tokio::test]
async fn the_text_of_a_document_is_taken_from_it_and_only_scans_are_read() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let typed = pdf(&["Invoice of the month", "Please pay it soon"], (595.0, 842.0));
    let typed = process.attach(ticket, &typed, "application/pdf").await;
    process.drain().await;
    assert_eq!(desk.engine.asked(), 0);
    let read = process.texts(typed).await.remove(0);
    assert_eq!(text(&read), "Invoice of the month\n\nPlease pay it soon");
    assert_eq!((read.source, read.engine), (TextSource::TextLayer, None));
    assert_eq!((read.page_count, read.pages_read, read.mean_confidence), (2, 2, None));

    let scan = scanned_pdf(&picture(ImageFormat::Jpeg), (800, 400));
    let scan = process.attach(ticket, &scan, "application/pdf").await;
    process.drain().await;
    assert_eq!(desk.engine.asked(), 1);
    let read = process.texts(scan).await.remove(0);
    assert_eq!((text(&read), read.source), ("Cell down", TextSource::Ocr));
    assert_eq!((read.engine, read.mean_confidence), (Some(OcrEngine::Paddle), Some(0.9)));

    let empty = process.attach(ticket, &pdf(&[""], (595.0, 842.0)), "application/pdf").await;
    process.drain().await;
    assert_eq!(desk.engine.asked(), 1, "there is nothing on an empty page");
    assert_eq!(text(&process.texts(empty).await[0]), "");
}

#[tokio::test]
async fn places_of_words_that_do_not_fit_an_event_lie_beside_the_file() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let long = (0..4000).map(|n| format!("Line {n} of many")).collect::<Vec<_>>().join("\n");
    desk.engine.turn(Mood::Reads(long.clone()));
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    process.drain().await;
    let read = process.texts(file).await.remove(0);
    assert_eq!(text(&read), long);
    let Some(TextLayout::Stored { address }) = &read.layout else { panic!("it is in the event") };
    let pages: Vec<ReadPage> = serde_json::from_slice(&process.content(address).await).unwrap();
    assert_eq!(pages[0].lines.len(), 4000);
    // Read once more, the old places are let go.
    desk.engine.turn(Mood::Reads("基".repeat(300_000)));
    let settings = ReadSettings::default();
    process.commands.request_reading(&process.ctx(), ticket, file, settings).await.unwrap();
    process.drain().await;
    assert_eq!(text(&process.texts(file).await[1]).chars().count(), 50_000, "cut to fit");
    desk.clock.advance(TimeDelta::hours(1));
    let (_, swept) = process.sweeper(Duration::ZERO).sweep().await.unwrap();
    assert_eq!((swept.files, swept.unreferenced), (4, 1));
}

#[tokio::test]
async fn the_engines_themselves_read_a_page() {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    let parts = std::env::var_os("DOCKET_TEST_OCR").filter(|folder| !folder.is_empty());
    let Some(parts) = parts else {
        eprintln!("skipped: DOCKET_TEST_OCR is not set; `make test` sets it");
        return;
    };
    let desk = Desk::new().await;
    let options = OcrOptions { parts: parts.into(), timeout: PATIENCE, ..OcrOptions::default() };
    let process = desk.process_reading(TextReader::new(&options)).await;
    let ticket = process.ticket("Broken").await;
    let page = pdf(&["Cell down since Monday"], (595.0, 300.0));
    let file = process.attach(ticket, &page, "application/pdf").await;
    process.drain().await;
    for engine in [OcrEngine::Paddle, OcrEngine::Tesseract] {
        let settings = ReadSettings { engine: Some(engine), ..ReadSettings::default() };
        process.commands.request_reading(&process.ctx(), ticket, file, settings).await.unwrap();
        process.drain().await;
        let read = process.texts(file).await.pop().unwrap();
        assert_eq!((text(&read), read.engine), ("Cell down since Monday", Some(engine)));
        assert!(read.engine_version.is_some() && read.model.is_some(), "{read:?}");
    }
}

#[tokio::test]
async fn what_is_counted_names_engines_and_outcomes() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let mut registry = prometheus_client::registry::Registry::with_prefix("docket");
    process.ocr.register(&mut registry);
    let ticket = process.ticket("Broken").await;
    process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    process.attach(ticket, b"none", "image/png").await;
    process.drain().await;
    let mut told = String::new();
    prometheus_client::encoding::text::encode(&mut told, &registry).unwrap();
    for line in [
        "docket_ocr_pages_total{engine=\"paddle\"} 1",
        "docket_ocr_page_seconds_count{engine=\"paddle\"} 1",
        "docket_ocr_readings_total{outcome=\"ocr\"} 1",
        "docket_ocr_readings_total{outcome=\"unknown_format\"} 1",
        "docket_ocr_instances{engine=\"paddle\",state=\"idle\"} 1",
        "docket_ocr_instances{engine=\"paddle\",state=\"hung\"} 0",
        "docket_ocr_breaker_open{engine=\"paddle\"} 0",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}
