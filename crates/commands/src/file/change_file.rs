//! Renaming a file of a ticket, and moving an image among the others.

use domain::ticket::{MoveImage, RenameFile, TicketCommand, TicketState, parse_file_name};
use domain::{FieldError, FileId, TicketId};

use crate::core::{Commands, Decision, Target};
use crate::ticket::decide_all;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Gives a file of a ticket another name.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Invalid`] for a bad name, or a refusal.
    pub async fn rename_file(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        name: &str,
    ) -> Result<Committed<TicketState>, CommandError> {
        let name = parse_file_name(name).map_err(|kind| FieldError::new("filename", kind))?;
        let command = TicketCommand::RenameFile(RenameFile { file_id: file, name });
        self.change_files(ctx, ticket, command).await
    }

    /// Moves an image of a ticket to the place `to` among its images, from 0; beyond the end is the
    /// last one.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal: the file is no image.
    pub async fn move_image(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        to: usize,
    ) -> Result<Committed<TicketState>, CommandError> {
        let command = TicketCommand::MoveImage(MoveImage { file_id: file, to });
        self.change_files(ctx, ticket, command).await
    }

    async fn change_files(
        &self,
        ctx: &Context,
        ticket: TicketId,
        command: TicketCommand,
    ) -> Result<Committed<TicketState>, CommandError> {
        let at = self.ambient().now();
        let commands = [command];
        self.execute(ctx, Target::Existing(&[ticket.uuid()]), |states| {
            Ok(Decision::of(decide_all(&states[0].state, &commands, at)?))
        })
        .await
    }
}
