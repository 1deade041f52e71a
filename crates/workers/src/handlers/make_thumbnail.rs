//! A picture has a small one.

use ::files::{FileStore, ImageError, ImageLimits, Thumbnail, thumbnail};
use domain::file::{NotReadReason, ThumbnailMade, ThumbnailNotMade, ThumbnailState};
use serde_json::json;

use super::content::{Content, Found, content, named, store};
use crate::jobs::{Done, JobError, JobRun};
use crate::work::{Cause, MakeThumbnail, context, told};

/// The longest side of it, in pixels.
const SIDE: u32 = 320;
/// The longest picture, in bytes.
const MAX_BYTES: u64 = 64 << 20;

pub(super) async fn make_thumbnail(run: JobRun, files: FileStore) -> Done {
    let asked: MakeThumbnail = told(&run.job)?;
    let known = run.commands.file_state(asked.file).await?;
    match known.state.thumbnail {
        ThumbnailState::Unmade => {}
        ThumbnailState::Made { .. } | ThumbnailState::NotMade { .. } => return Ok(json!({})),
    }
    let found = content(&run.commands, &files, (asked.ticket, asked.file), MAX_BYTES).await?;
    let content = match found {
        Found::Here(content) => content,
        Found::Gone => return Ok(json!({})),
        Found::Not(reason) => return no_thumbnail(&run, asked, reason).await,
    };
    let Content { owner, bytes, .. } = *content;
    let work = move || thumbnail(&bytes, SIDE, ImageLimits::default());
    let made = tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "making a thumbnail panicked");
        JobError::TryAgain("Something went wrong here.".to_owned())
    })?;
    let made: Thumbnail = match made {
        Ok(made) => made,
        Err(error) => {
            let reason = match error {
                ImageError::Unknown => NotReadReason::UnknownFormat,
                ImageError::TooLarge => NotReadReason::TooLarge,
                ImageError::Damaged(_) => NotReadReason::Damaged,
            };
            return no_thumbnail(&run, asked, reason).await;
        }
    };
    let salt = run.commands.store().ambient().bytes();
    let address = files.put(&owner, &made.bytes, files.at_rest(), salt).await;
    let address = named(&address.map_err(|error| store(&error))?)?;
    let recorded = ThumbnailMade {
        ticket_id: asked.ticket,
        address,
        width: made.dimensions.width,
        height: made.dimensions.height,
        size: made.bytes.len() as u64,
    };
    let ctx = context(&run.commands, &run.job, Cause::Job { id: asked.file.uuid() });
    run.commands.record_thumbnail(&ctx, asked.ticket, asked.file, recorded).await?;
    Ok(json!({}))
}

async fn no_thumbnail(run: &JobRun, asked: MakeThumbnail, reason: NotReadReason) -> Done {
    let failed = ThumbnailNotMade { ticket_id: asked.ticket, reason };
    let ctx = context(&run.commands, &run.job, Cause::Job { id: asked.file.uuid() });
    run.commands.record_no_thumbnail(&ctx, asked.ticket, asked.file, failed).await?;
    Ok(json!({}))
}
