//! Files of tickets: their text is read, pictures get small ones, and nothing is left of what is gone.

use std::io::Cursor;
use std::time::Duration;

use chrono::TimeDelta;
use commands::file::NewFile;
use commands::jobs::JobStatus;
use domain::event::DomainEvent;
use domain::file::{
    FileEvent, NotReadReason, OcrEngine, OcrScript, ReadPage, ReadSettings, TextLayout, TextRead,
    TextSource, TextState, ThumbnailState,
};
use domain::ticket::FileRole;
use domain::{FileId, TicketId};
use eventstore::Metadata;
use files::{AtRest, Owner};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use test_support::{encrypted_pdf, pdf, scanned_pdf};
use tokio_util::sync::CancellationToken;
use workers::files::{FileSweeper, OcrOptions, SweeperError, TextReader};

use crate::engine::Mood;
use crate::support::{Desk, Process, one_step};

/// A picture with something on it.
pub fn picture(format: ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| Rgb([x as u8, y as u8, 90]);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(800, 400, pixel))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

impl Process {
    /// A content on its way: nothing names it yet.
    pub async fn upload(&self, ticket: TicketId, content: &[u8]) -> files::Address {
        let owner = self.commands.file_owner(ticket).await.unwrap();
        let owner = Owner::new(owner.key_id, &owner.key);
        let salt = self.commands.store().ambient().bytes();
        self.files.put(&owner, content, AtRest::Sealed, salt).await.unwrap()
    }

    pub async fn attach(&self, ticket: TicketId, content: &[u8], content_type: &str) -> FileId {
        let address = self.upload(ticket, content).await;
        let file_id = FileId(self.commands.store().ambient().uuid_v7());
        let file = NewFile {
            file_id,
            role: FileRole::Attachment,
            name: "what.bin".to_owned(),
            content_type: domain::vocabulary::MediaType::parse(content_type).unwrap(),
            size: content.len() as u64,
            sha256: [7; 32],
            address: address.to_string().parse().unwrap(),
            dimensions: None,
        };
        self.commands.attach_files(&self.ctx(), ticket, vec![file]).await.unwrap();
        file_id
    }

    pub async fn text_state(&self, file: FileId) -> TextState {
        self.commands.file_state(file).await.unwrap().state.text.clone()
    }

    async fn not_read(&self, file: FileId) -> NotReadReason {
        match self.text_state(file).await {
            TextState::NotRead { reason, .. } => reason,
            other @ (TextState::Unread | TextState::Read { .. }) => panic!("{other:?}"),
        }
    }

    /// The texts recorded of a file, as the log has them.
    async fn texts(&self, file: FileId) -> Vec<TextRead> {
        let store = self.commands.store();
        let events = store.read_stream(file.uuid(), 0).await.unwrap();
        let opened = store.open_events(events).await.unwrap();
        let events = opened.into_iter().map(|event| {
            FileEvent::from_parts(&event.event_type, event.schema_version, event.data).unwrap()
        });
        let text = |event| match event {
            FileEvent::TextRead(read) => Some(*read),
            FileEvent::TextNotRead(_)
            | FileEvent::ThumbnailMade(_)
            | FileEvent::ThumbnailNotMade(_)
            | FileEvent::Removed(_) => None,
        };
        events.filter_map(text).collect()
    }

    pub fn sweeper(&self, grace: Duration) -> FileSweeper {
        FileSweeper::new(self.commands.clone(), self.files.clone(), grace)
    }

    /// How many contents there are in all.
    pub async fn contents(&self) -> u64 {
        self.sweeper(Duration::from_secs(1 << 30)).sweep().await.unwrap().1.files
    }

    async fn content(&self, address: &domain::file::FileAddress) -> Vec<u8> {
        let owner = self.commands.file_owner_by_key(address.owner_key()).await.unwrap().unwrap();
        let owner = Owner::new(owner.key_id, &owner.key);
        let address = address.as_str().parse().unwrap();
        self.files.read_all(&owner, &address, 1 << 30).await.unwrap()
    }

    /// Until the engine was asked so often.
    async fn asked(&self, desk: &Desk, times: usize) {
        while desk.engine.asked() < times {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

fn text(read: &TextRead) -> &str {
    read.text.as_str().unwrap()
}

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
        // As if it had been silent for longer than its lease.
        two.later(&desk, TimeDelta::zero()).await;
        let second = two.runner.drain();
        let release = async {
            two.asked(&desk, 2).await;
            desk.engine.turn(Mood::Reads("Cell down".to_owned()));
        };
        tokio::join!(second, release).0.unwrap();
    };
    tokio::join!(slow, quick).0.unwrap();
    assert_eq!(desk.engine.asked(), 2);
    assert_eq!(one.texts(file).await.len(), 1);
    assert_eq!(one.counts("file.").await["file.text_read"], 1);
}

#[tokio::test]
async fn a_file_that_is_removed_meanwhile_leaves_nothing() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    desk.engine.turn(Mood::Hangs);
    process.reactions.drain().await.unwrap();
    let remove = async {
        process.asked(&desk, 1).await;
        process.commands.remove_file(&process.ctx(), ticket, file).await.unwrap();
        desk.engine.turn(Mood::Reads("Cell down".to_owned()));
    };
    tokio::join!(process.runner.drain(), remove).0.unwrap();
    process.drain().await;
    assert_eq!(process.texts(file).await, []);
    desk.clock.advance(TimeDelta::hours(1));
    process.sweeper(Duration::ZERO).sweep().await.unwrap();
    assert_eq!(process.contents().await, 0);
}

#[tokio::test]
async fn of_a_person_who_is_forgotten_meanwhile_nothing_can_be_read_any_more() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let (gone, stays) = (process.ticket("Broken").await, process.ticket("Also broken").await);
    process.attach(stays, &picture(ImageFormat::Gif), "image/gif").await;
    process.drain().await;
    let before = process.contents().await;
    let file = process.attach(gone, &picture(ImageFormat::Png), "image/png").await;
    desk.engine.turn(Mood::Hangs);
    process.reactions.drain().await.unwrap();
    let asked = desk.engine.asked();
    let erase = async {
        process.asked(&desk, asked + 1).await;
        let store = process.commands.store();
        let metadata = Metadata::system("test");
        let id = store.ambient().uuid_v7();
        store.erase_subjects(&[gone.uuid()], id, metadata).await.unwrap();
        desk.engine.turn(Mood::Reads("Very personal".to_owned()));
    };
    tokio::join!(process.runner.drain(), erase).0.unwrap();
    process.later(&desk, TimeDelta::hours(2)).await;
    process.drain().await;
    assert_eq!(process.contents().await, before, "the files of the others stay");
    let owners = process.files.owners().await.unwrap();
    let there = process.commands.store().keys_there(&owners).await.unwrap();
    assert_eq!(there.len(), owners.len());
    // Nor comes back what was seen before: nothing is recorded any more.
    assert_eq!(process.commands.file_state(file).await.unwrap().version, 0);
    assert_eq!(process.texts(file).await, []);
    let waits = [JobStatus::Queued, JobStatus::Running];
    assert!(!process.jobs().await.iter().any(|job| waits.contains(&job.status)));
}

#[tokio::test]
async fn hostile_pictures_are_recorded_as_what_they_are_and_nothing_waits_behind_them() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let mut bomb = picture(ImageFormat::Bmp);
    bomb[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
    let whole = picture(ImageFormat::Png);
    let cases = [
        (bomb, "image/bmp", NotReadReason::TooLarge),
        (whole[..whole.len() / 2].to_vec(), "image/png", NotReadReason::Damaged),
        (b"no picture at all".to_vec(), "image/png", NotReadReason::UnknownFormat),
        (b"%PDF-1.7 no document".to_vec(), "application/pdf", NotReadReason::Damaged),
        (encrypted_pdf().to_vec(), "application/pdf", NotReadReason::Encrypted),
    ];
    let mut files = Vec::new();
    for (content, content_type, _) in &cases {
        files.push(process.attach(ticket, content, content_type).await);
    }
    let good = process.attach(ticket, &whole, "image/png").await;
    process.drain().await;
    for (file, (_, content_type, reason)) in files.iter().zip(&cases) {
        assert_eq!(process.not_read(*file).await, *reason, "{content_type}");
        let known = process.commands.file_state(*file).await.unwrap();
        let made = matches!(known.state.thumbnail, ThumbnailState::Made { .. });
        assert!(!made, "{content_type}");
    }
    assert_eq!(process.texts(good).await.len(), 1);
    assert_eq!(desk.engine.asked(), 1, "an engine sees only what is a picture");
}

#[tokio::test]
async fn a_content_that_is_not_there_is_told_of() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let content = picture(ImageFormat::Png);
    let address = process.upload(ticket, &content).await;
    let file = process.attach(ticket, &content, "image/png").await;
    process.files.delete(&address).await.unwrap();
    process.drain().await;
    assert_eq!(process.not_read(file).await, NotReadReason::ContentGone);
}

#[tokio::test]
async fn an_engine_that_fails_is_tried_again_and_given_up_on_at_last() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    desk.engine.turn(Mood::Fails);
    process.drain().await;
    assert_eq!(process.text_state(file).await, TextState::Unread);
    for _ in 0..5 {
        process.later(&desk, TimeDelta::hours(1)).await;
        process.drain().await;
    }
    assert_eq!(process.not_read(file).await, NotReadReason::EngineFailed);
    assert_eq!(desk.engine.asked(), 4, "the last try is for what ends the process");
    desk.engine.turn(Mood::Reads("Cell up".to_owned()));
    let settings = ReadSettings::default();
    process.commands.request_reading(&process.ctx(), ticket, file, settings).await.unwrap();
    process.drain().await;
    assert_eq!(text(&process.texts(file).await[0]), "Cell up");
}

#[tokio::test]
async fn what_ends_its_process_at_every_try_is_given_up_on() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    process.reactions.drain().await.unwrap();
    desk.engine.turn(Mood::Hangs);
    for tries in 1..=4 {
        let process = desk.process().await;
        tokio::select! {
            _ = process.runner.drain() => panic!("it did not hang"),
            () = process.asked(&desk, tries) => {}
        }
        process.later(&desk, TimeDelta::zero()).await;
    }
    let last = desk.process().await;
    last.drain().await;
    assert_eq!(last.not_read(file).await, NotReadReason::EngineFailed);
    assert_eq!(desk.engine.asked(), 4);
    desk.engine.turn(Mood::Fails);
}

#[tokio::test]
async fn a_picture_that_an_engine_hangs_on_holds_up_nothing_else() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    process.role("Level 2").await;
    process.workflow(one_step("Level 2", None)).await;
    let ticket = process.ticket("Broken").await;
    process.drain().await;
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    desk.engine.turn(Mood::Hangs);
    let stop = CancellationToken::new();
    let work = process.runner.run(stop.clone());
    let others = async {
        process.reactions.drain().await.unwrap();
        process.asked(&desk, 1).await;
        let other = process.ticket("Broken as well").await;
        process.reactions.drain().await.unwrap();
        while process.commands.running_task(other).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(process.text_state(file).await, TextState::Unread, "it still hangs");
        stop.cancel();
    };
    tokio::join!(work, others);
    for _ in 0..2 {
        process.later(&desk, TimeDelta::hours(1)).await;
        process.drain().await;
    }
    assert_eq!(process.not_read(file).await, NotReadReason::TimedOut);
    desk.engine.turn(Mood::Fails);
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
async fn what_nobody_names_is_swept_out_but_not_before_its_event_can_be_there() {
    let desk = Desk::new().await;
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    let day = Duration::from_secs(24 * 3600);
    let kept = process.attach(ticket, b"words", "text/plain").await;
    process.upload(ticket, b"on its way").await;
    assert_eq!(process.sweeper(day).sweep().await.unwrap().1.unreferenced, 0);
    desk.clock.advance(TimeDelta::hours(25));
    // The same content again: whoever uploads it counts on it.
    let (_, swept) = process.sweeper(day).sweep().await.unwrap();
    assert_eq!((swept.files, swept.unreferenced), (2, 1));
    process.commands.remove_file(&process.ctx(), ticket, kept).await.unwrap();
    assert_eq!(process.sweeper(day).sweep().await.unwrap().1.unreferenced, 1);
    assert_eq!(process.contents().await, 0);
}

#[tokio::test]
async fn files_that_seem_to_be_another_desks_are_left_alone() {
    let (desk, stranger) = (Desk::new().await, Desk::new().await);
    let process = desk.process().await;
    let ticket = process.ticket("Broken").await;
    process.attach(ticket, b"words", "text/plain").await;
    desk.clock.advance(TimeDelta::hours(25));
    let other = stranger.process().await;
    stranger.clock.advance(TimeDelta::hours(25));
    let sweeper = FileSweeper::new(other.commands.clone(), process.files.clone(), Duration::ZERO);
    let refused = sweeper.sweep().await;
    assert!(matches!(refused, Err(SweeperError::Unfamiliar { unknown: 1 })), "{refused:?}");
    assert_eq!(process.contents().await, 1);
}

/// Where `scripts/ocr.sh` has put what reads pictures.
#[tokio::test]
async fn the_engines_themselves_read_a_page() {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    let Some(parts) = std::env::var_os("DOCKET_TEST_OCR") else { return };
    let desk = Desk::new().await;
    let options = OcrOptions { parts: parts.into(), ..OcrOptions::default() };
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
