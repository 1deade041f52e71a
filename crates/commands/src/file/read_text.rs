//! Asking for the text of a file.

use domain::file::ReadSettings;
use domain::ticket::TicketState;
use domain::{FileId, ReadingId, Refusal, TicketId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::core::{Commands, MaxAge, derived};
use crate::jobs::{JobParameters, JobType, NewJob, WhenDone};
use crate::{CommandError, Context};

/// Reads the text of a file. Its queue is its own, so that machines for it can be separate, and so
/// that what takes long holds up nothing else.
pub const READ_TEXT: JobType =
    JobType { queue: "ocr", name: "read_text", max_tries: 5, when_done: WhenDone::Kept };

/// What that job needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadText {
    /// The ticket that the file belongs to.
    pub ticket: TicketId,
    /// The file.
    pub file: FileId,
    /// The reading this is to be: however often the job is done, it is recorded once.
    pub reading_id: ReadingId,
    /// How it is to be read.
    pub settings: ReadSettings,
}

impl ReadText {
    /// The first reading of a file, which nobody has to ask for.
    pub fn first(ticket: TicketId, file: FileId) -> Self {
        let (reading_id, settings) = (ReadingId::first_of(file), ReadSettings::default());
        Self { ticket, file, reading_id, settings }
    }

    /// The job that does it; there is one for each reading.
    ///
    /// # Errors
    /// None that can happen.
    pub fn job(&self, created_by: Option<UserId>) -> Result<NewJob, CommandError> {
        let payload = serde_json::to_vec(self)
            .map_err(|_| CommandError::Internal("a job's payload cannot be written"))?;
        let mut parameters = JobParameters::new();
        parameters.insert("ticket_id".to_owned(), json!(self.ticket));
        parameters.insert("file_id".to_owned(), json!(self.file));
        parameters.insert("script".to_owned(), json!(self.settings.script));
        if let Some(engine) = self.settings.engine {
            parameters.insert("engine".to_owned(), json!(engine));
        }
        Ok(NewJob {
            id: None,
            job_type: READ_TEXT,
            key: self.reading_id.to_string(),
            fingerprint: None,
            parameters,
            payload,
            created_by,
            delay_seconds: 0,
        })
    }
}

impl Commands {
    /// Asks for the text of a file to be read once more, as somebody wants it read. A repeat of the
    /// same command asks for nothing more. Answers the job.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] for a ticket or a file that is not there, or a refusal: the ticket
    /// is deleted or merged; [`CommandError::KeyReused`].
    pub async fn request_reading(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        settings: ReadSettings,
    ) -> Result<Uuid, CommandError> {
        let seen = self.load::<TicketState>(ticket.uuid(), MaxAge::Now).await?;
        seen.state.active()?.file(file).ok_or(Refusal::FileUnknown)?;
        let salt = file.uuid();
        let reading = derived(self.store.secrets(), ctx.command_id, "reading", salt.as_bytes());
        let reading_id = ReadingId(reading);
        let job = ReadText { ticket, file, reading_id, settings }.job(ctx.user)?;
        let job = NewJob { fingerprint: Some(ctx.body_hash), ..job };
        let mut connection = self.store.pool().begin().await?;
        let enqueued = self.enqueue_job(&mut connection, job).await?;
        connection.commit().await?;
        Ok(enqueued.id())
    }
}
