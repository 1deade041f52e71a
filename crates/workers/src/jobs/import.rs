//! The import of a file that was too large for a request.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use commands::import::{ImportError, ImportJob, ImportReport, PipeWriter, pipe};
use commands::jobs::{JobInputReader, Progress};
use serde_json::{Value, json};

use super::failure::command_error;
use super::{Done, JobError, JobRun};

/// Imports the file that is the job's input. A second try reads it from its beginning; the rows that
/// are tickets by then have their first result and are counted as imported.
pub(super) async fn import(run: JobRun) -> Done {
    let job: ImportJob = serde_json::from_slice(&run.job.payload)
        .map_err(|_| JobError::Failed("What was asked cannot be read.".to_owned()))?;
    let bytes_read = AtomicU64::new(0);
    let (writer, reader) = pipe::<Vec<u8>>();
    let progress = |report: &ImportReport| {
        run.progress(Progress::from([
            ("rows", report.total),
            ("imported", report.imported),
            ("failed", report.failed),
            ("bytes", job.bytes),
            ("bytes_read", bytes_read.load(Ordering::Relaxed)),
        ]));
    };
    let import = run.commands.import_tickets(&job.context, job.options.clone(), reader, progress);
    let pump = pump(run.commands.job_input(run.job.id), writer, job.bytes, &bytes_read);
    let (pumped, imported) = tokio::select! {
        ended = async { tokio::join!(pump, import) } => ended,
        () = run.cancelled() => return Err(JobError::Cancelled),
    };
    pumped?;
    match imported {
        Ok(report) => Ok(result(&report)),
        Err(error) => Err(import_error(&error)),
    }
}

/// Hands the file over to the reader, which may block.
async fn pump(
    mut input: JobInputReader,
    writer: PipeWriter<Vec<u8>>,
    bytes: u64,
    bytes_read: &AtomicU64,
) -> Result<(), JobError> {
    loop {
        let error = match input.next().await {
            Ok(Some(piece)) => {
                bytes_read.fetch_add(piece.len() as u64, Ordering::Relaxed);
                if writer.send(Ok(piece)).await.is_err() {
                    // The reader has read enough, and says itself why.
                    return Ok(());
                }
                continue;
            }
            Ok(None) if bytes_read.load(Ordering::Relaxed) == bytes => return Ok(()),
            Ok(None) => JobError::Failed("The file is not there any more.".to_owned()),
            Err(error) => command_error(&error),
        };
        drop(writer.send(Err(io::ErrorKind::UnexpectedEof.into())).await);
        return Err(error);
    }
}

fn result(report: &ImportReport) -> Value {
    json!({
        "total": report.total,
        "imported": report.imported,
        "failed": report.failed,
        "errors": report.errors,
        "error_count": report.error_count,
        "position": report.last_position,
    })
}

fn import_error(error: &ImportError) -> JobError {
    match error {
        ImportError::File(error) => JobError::Failed(format!("The file cannot be read: {error}.")),
        ImportError::UnknownColumns { names } => JobError::Failed(format!(
            "The file has columns that are not known: {}.",
            names.join(", ")
        )),
        ImportError::Command(error) => command_error(error),
    }
}
