//! The files of people who are forgotten are erased.

use std::error::Error;

use ::files::FileStore;
use serde_json::json;

use crate::files::erase_forgotten;
use crate::jobs::{Done, JobError, JobRun};

pub(super) async fn sweep_erased(run: JobRun, files: FileStore) -> Done {
    let erased = erase_forgotten(&run.commands, &files).await.map_err(|error| {
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, "the files of people who are forgotten are erased later");
        JobError::TryAgain(format!("{error}."))
    })?;
    Ok(json!({ "files": erased.files }))
}
