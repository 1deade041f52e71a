//! The content of a file on a ticket, for who looks into it.

use std::time::Duration;

use ::files::{FileStore, FilesError, Owner, Refusal};
use commands::{CommandError, Commands};
use domain::file::{FileAddress, NotReadReason};
use domain::ticket::TicketFile;
use domain::{FileId, TicketId};

use crate::jobs::JobError;

/// How long to wait for a store of files that cannot be reached.
const STORE_AGAIN: Duration = Duration::from_secs(30);

/// A content, and whose it is.
pub(super) struct Content {
    pub(super) file: TicketFile,
    pub(super) owner: Owner,
    pub(super) bytes: Vec<u8>,
}

/// What is found where a content is looked for.
pub(super) enum Found {
    /// It.
    Here(Box<Content>),
    /// The file was removed, or the person it is about is forgotten: nothing is to be told of it.
    Gone,
    /// It cannot be looked into, for this reason.
    Not(NotReadReason),
}

/// Fetches the content of a file, if it is not longer than `max_bytes`.
pub(super) async fn content(
    commands: &Commands,
    files: &FileStore,
    (ticket, file): (TicketId, FileId),
    max_bytes: u64,
) -> Result<Found, JobError> {
    let seen = commands.ticket_state(ticket).await?;
    let found = seen.as_ref().and_then(|seen| seen.state.ticket()?.file(file));
    let Some(file) = found.cloned() else { return Ok(Found::Gone) };
    let Some(owner) = commands.file_owner_by_key(file.address.owner_key()).await? else {
        return Ok(Found::Gone);
    };
    let owner = Owner::new(owner.key_id, &owner.key);
    let address = file.address.as_str().parse();
    let address = address.map_err(|_| JobError::Failed("The address is none.".to_owned()))?;
    match files.read_all(&owner, &address, max_bytes).await {
        Ok(bytes) => Ok(Found::Here(Box::new(Content { file, owner, bytes }))),
        Err(FilesError::Refused(Refusal::TooLarge { .. })) => {
            Ok(Found::Not(NotReadReason::TooLarge))
        }
        Err(FilesError::NotFound) => Ok(Found::Not(NotReadReason::ContentGone)),
        Err(error @ (FilesError::DoesNotOpen | FilesError::AnothersFile)) => {
            tracing::error!(file = %file.id, %error, "a file does not open");
            Ok(Found::Not(NotReadReason::ContentGone))
        }
        Err(error) => Err(store(&error)),
    }
}

/// The store of files cannot be reached: that is no try.
pub(super) fn store(error: &FilesError) -> JobError {
    tracing::warn!(%error, "the store of files cannot be reached");
    let error = "The store of files could not be reached.".to_owned();
    JobError::PutOff { error, after: STORE_AGAIN }
}

/// An address as events have it.
pub(super) fn named(address: &::files::Address) -> Result<FileAddress, CommandError> {
    let parsed = address.to_string().parse();
    parsed.map_err(|_| CommandError::Internal("an address of the store of files is none"))
}
