//! Files that are removed, people who are forgotten, and what nobody refers to any more.

use std::time::Duration;

use chrono::TimeDelta;
use commands::jobs::JobStatus;
use eventstore::Metadata;
use image::ImageFormat;
use workers::files::{FileSweeper, SweeperError};

use super::picture;
use crate::engine::Mood;
use crate::support::Desk;

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
