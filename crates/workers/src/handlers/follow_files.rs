//! Every file of a ticket is looked into that nobody looked into yet.

use commands::CommandError;
use commands::file::ReadText;
use domain::TicketId;
use domain::file::{Readable, TextState, ThumbnailState};
use serde_json::json;

use crate::jobs::{Done, JobRun};
use crate::work::{Assignment, MakeThumbnail, told};

pub(super) async fn follow_files(run: JobRun) -> Done {
    let Assignment { id, .. } = told(&run.job)?;
    let (ticket_id, commands) = (TicketId(id), &run.commands);
    let Some(found) = commands.ticket_state(ticket_id).await? else { return Ok(json!({})) };
    let mut jobs = Vec::new();
    for file in found.state.ticket().iter().flat_map(|ticket| &ticket.files) {
        let Some(kind) = Readable::of(&file.content_type) else { continue };
        let known = commands.file_state(file.id).await?;
        match known.state.text {
            TextState::Unread => jobs.push(ReadText::first(ticket_id, file.id).job(None)?),
            TextState::Read { .. } | TextState::NotRead { .. } => {}
        }
        match (kind, &known.state.thumbnail) {
            (Readable::Picture, ThumbnailState::Unmade) => {
                jobs.push(MakeThumbnail { ticket: ticket_id, file: file.id }.job());
            }
            (Readable::Picture, ThumbnailState::Made { .. } | ThumbnailState::NotMade { .. })
            | (Readable::Document, _) => {}
        }
    }
    let pool = commands.store().pool();
    let mut transaction = pool.begin().await.map_err(CommandError::from)?;
    commands.enqueue_jobs(&mut transaction, &jobs).await?;
    transaction.commit().await.map_err(CommandError::from)?;
    Ok(json!({}))
}
