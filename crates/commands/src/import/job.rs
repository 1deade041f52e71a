//! An import that is done later: the file waits sealed, as the input of a job.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Format, ImportOptions};
use crate::core::Commands;
use crate::jobs::{Enqueued, JobInput, JobParameters, JobType, NewJob, WhenDone};
use crate::{CommandError, Context};

/// The import of a file.
pub const IMPORT: JobType =
    JobType { queue: "import", name: "import", max_tries: 8, when_done: WhenDone::Kept };

/// What the job of an import needs besides the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportJob {
    /// On whose behalf, and under which command id: each row's follows from it, so that a second
    /// try repeats no row.
    pub context: Context,
    /// How the file is to be read.
    pub options: ImportOptions,
    /// How many bytes the file has.
    pub bytes: u64,
}

impl Commands {
    /// Puts the import of a file into its queue, once the file is written. A repeat of the same
    /// command with the same file does nothing, and the file is discarded.
    ///
    /// # Errors
    /// [`CommandError::KeyReused`] when the command came with another file before; the store's.
    pub async fn enqueue_import(
        &self,
        context: &Context,
        options: ImportOptions,
        id: Uuid,
        input: JobInput,
    ) -> Result<Enqueued, CommandError> {
        let enqueued = self.try_enqueue_import(context, options, id, input).await;
        if matches!(enqueued, Ok(Enqueued::Before(_)) | Err(CommandError::KeyReused)) {
            self.discard_job_input(id).await?;
        }
        // After any other error the job may be there all the same; if not, the file is swept out.
        enqueued
    }

    async fn try_enqueue_import(
        &self,
        context: &Context,
        options: ImportOptions,
        id: Uuid,
        input: JobInput,
    ) -> Result<Enqueued, CommandError> {
        let bytes = input.bytes();
        let file = input.finish().await?;
        // The file, and what was asked of it: method and path.
        let fingerprint = self.store.secrets().mac("import-job", &[&context.body_hash, &file]);
        let format = match options.format {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Xml => "xml",
        };
        let mut parameters = JobParameters::new();
        parameters.insert("format".to_owned(), json!(format));
        parameters.insert("bytes".to_owned(), json!(bytes));
        let payload = ImportJob { context: context.clone(), options, bytes };
        let payload = serde_json::to_vec(&payload)
            .map_err(|_| CommandError::Internal("a job's payload cannot be written"))?;
        let mut connection = self.store.pool().begin().await?;
        let job = NewJob {
            id: Some(id),
            job_type: IMPORT,
            key: context.command_id.to_string(),
            fingerprint: Some(fingerprint),
            parameters,
            payload,
            created_by: context.user,
            delay_seconds: 0,
        };
        let enqueued = self.enqueue_job(&mut connection, job).await?;
        connection.commit().await?;
        Ok(enqueued)
    }
}
