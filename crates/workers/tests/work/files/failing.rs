//! Pictures that mean harm, and engines that fail or hang.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::file::{NotReadReason, ReadSettings, TextState, ThumbnailState};
use image::ImageFormat;
use test_support::encrypted_pdf;
use tokio_util::sync::CancellationToken;

use super::{picture, text};
use crate::engine::Mood;
use crate::support::{Desk, PATIENCE, one_step};

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
        // Its predecessor's lease runs out, which may have been prolonged at the last moment.
        let hangs = async {
            loop {
                process.later(&desk, TimeDelta::zero()).await;
                process.runner.drain().await.unwrap();
            }
        };
        tokio::select! {
            () = hangs => {}
            () = process.asked(&desk, tries) => {}
        }
    }
    let last = desk.process().await;
    let begun = Instant::now();
    while last.text_state(file).await == TextState::Unread {
        assert!(begun.elapsed() < PATIENCE, "it is not given up on");
        last.later(&desk, TimeDelta::zero()).await;
        last.drain().await;
    }
    assert_eq!(last.not_read(file).await, NotReadReason::EngineFailed);
    assert_eq!(desk.engine.asked(), 4);
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
        let begun = Instant::now();
        while process.commands.running_task(other).await.unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "it waits behind the picture");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(process.text_state(file).await, TextState::Unread, "it still hangs");
        assert_eq!(desk.engine.asked(), 1);
        desk.engine.turn(Mood::Reads("Cell down".to_owned()));
        stop.cancel();
    };
    tokio::join!(work, others);
    // Read while the process stopped, or by the next one.
    process.later(&desk, TimeDelta::zero()).await;
    process.drain().await;
    assert_eq!(text(&process.texts(file).await[0]), "Cell down");
}

#[tokio::test]
async fn what_takes_too_long_is_tried_once_more_and_then_given_up_on() {
    let desk = Desk::new().await;
    let process = desk.process_reading(desk.engine.reader(Duration::from_millis(50))).await;
    let ticket = process.ticket("Broken").await;
    let file = process.attach(ticket, &picture(ImageFormat::Png), "image/png").await;
    desk.engine.turn(Mood::Hangs);
    process.drain().await;
    assert_eq!(process.text_state(file).await, TextState::Unread);
    for _ in 0..2 {
        process.later(&desk, TimeDelta::hours(1)).await;
        process.drain().await;
    }
    assert_eq!(process.not_read(file).await, NotReadReason::TimedOut);
    process.asked(&desk, 2).await;
    assert_eq!(desk.engine.asked(), 2, "every time it takes an instance with it");
}
