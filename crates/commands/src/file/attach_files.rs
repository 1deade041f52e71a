//! Attaching files to a ticket.

use std::collections::BTreeSet;

use domain::file::FileAddress;
use domain::ticket::{AttachFile, FileAttached, FileRole, TicketCommand, TicketState};
use domain::vocabulary::MediaType;
use domain::{FieldError, FileId, Personal, TicketId};

use crate::core::Commands;
use crate::ticket::TicketChange;
use crate::{CommandError, Committed, Context};

/// A file whose content is in the store already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its id. For a repeated command the same one, or the repeat finds out by its receipt.
    pub file_id: FileId,
    /// What it is to the ticket.
    pub role: FileRole,
    /// Its name, cleaned.
    pub name: String,
    /// What its content was found to be.
    pub content_type: MediaType,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Where its content lies.
    pub address: FileAddress,
    /// Width and height in pixels of a picture as it is stored, where they are known.
    pub dimensions: Option<(u32, u32)>,
}

impl Commands {
    /// Attaches files to a ticket, whose contents are in the store already, in one append.
    ///
    /// # Errors
    /// [`CommandError::NotFound`]; [`CommandError::Invalid`] for a bad name; a refusal (too many files,
    /// a deleted or merged ticket); [`CommandError::Contended`] when the owner of a content was erased
    /// since it was uploaded, which is to be uploaded again then.
    pub async fn attach_files(
        &self,
        ctx: &Context,
        ticket: TicketId,
        files: Vec<NewFile>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::AttachFiles(files)]).await
    }

    /// The commands that attach the files, once it is sure that their contents can still be read.
    pub(crate) async fn attach_commands(
        &self,
        ctx: &Context,
        files: Vec<NewFile>,
    ) -> Result<Vec<TicketCommand>, CommandError> {
        let keys: BTreeSet<_> = files.iter().map(|file| file.address.owner_key()).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        if self.store.keys_there(&keys).await?.len() < keys.len() {
            return Err(CommandError::Contended);
        }
        let max_files = self.settings().await?.limits.max_files_per_ticket;
        let mut bad = Vec::new();
        let mut commands = Vec::with_capacity(files.len());
        for file in files {
            match domain::ticket::parse_file_name(&file.name) {
                Ok(name) => {
                    let file = attached(ctx, file, name.into_personal());
                    let command = AttachFile { file, max_files };
                    commands.push(TicketCommand::AttachFile(Box::new(command)));
                }
                Err(kind) => bad.push(FieldError::new("filename", kind)),
            }
        }
        if bad.is_empty() { Ok(commands) } else { Err(CommandError::Invalid(bad)) }
    }
}

fn attached(ctx: &Context, file: NewFile, name: Personal<String>) -> FileAttached {
    FileAttached {
        file_id: file.file_id,
        role: file.role,
        name,
        content_type: file.content_type,
        size: file.size,
        sha256: Personal::Known(hex(&file.sha256)),
        address: file.address,
        width: file.dimensions.map(|(width, _)| width),
        height: file.dimensions.map(|(_, height)| height),
        uploaded_by: ctx.user,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
