//! Workers that are killed while they look into files.

use std::time::Duration;

use chrono::TimeDelta;
use domain::file::{TextState, ThumbnailState};
use image::ImageFormat;

use super::picture;
use crate::killed::{killed_after, work};
use crate::support::Desk;

#[tokio::test]
async fn wherever_a_worker_is_killed_every_file_is_read_once_and_nothing_is_left_over() {
    let desk = Desk::new().await;
    let first = desk.process().await;
    let content = picture(ImageFormat::Png);
    let mut files = Vec::new();
    let mut killed = 0;
    for polls in 0..40 {
        let process = desk.process().await;
        let ticket = process.ticket(&format!("{polls}")).await;
        files.push(process.attach(ticket, &content, "image/png").await);
        killed += usize::from(killed_after(polls * 2, work(&process)).await);
        process.pool().close().await;
        // Leases run out now and then, and only here. More often, and it would look as if a picture ended whoever reads
        // it.
        if polls % 15 == 0 {
            first.later(&desk, TimeDelta::zero()).await;
        }
    }
    assert!(killed > 10, "{killed}");

    let last = desk.process().await;
    for _ in 0..3 {
        last.later(&desk, TimeDelta::zero()).await;
        last.drain().await;
    }
    for file in &files {
        let known = last.commands.file_state(*file).await.unwrap();
        assert!(matches!(known.state.text, TextState::Read { .. }), "{known:?}");
        assert!(matches!(known.state.thumbnail, ThumbnailState::Made { .. }), "{known:?}");
        assert_eq!(known.state.readings, 1);
    }
    let counts = last.counts("file.").await;
    assert_eq!(counts["file.text_read"], files.len());
    assert_eq!(counts["file.thumbnail_made"], files.len());
    desk.clock.advance(TimeDelta::hours(25));
    last.sweeper(Duration::ZERO).sweep().await.unwrap();
    assert_eq!(last.contents().await, 2 * files.len() as u64, "pictures and their small ones");
}
