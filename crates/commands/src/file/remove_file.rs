//! Removing a file from a ticket.

use domain::file::{FileState, remove};
use domain::ticket::{RemoveFile, TicketState, remove_file};
use domain::{FileId, Refusal, TicketId};
use eventstore::Subject;

use super::claims::content_claim;
use crate::core::{Attempt, Commands, MaxAge, Together, Tries};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Removes a file from a ticket and lets go of its contents, with all that was made of them;
    /// whoever sweeps the store takes them away.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::VersionMismatch`], or a refusal: the form names it.
    pub async fn remove_file(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
    ) -> Result<Committed<TicketState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        self.forget_erased().await?;
        let _guards = self.locks.lock(&[ticket.uuid(), file.uuid()]).await;
        let mut tries = Tries::default();
        loop {
            let together = self.removal(ctx, ticket, file).await?;
            match self.append_together::<TicketState>(ctx, together).await? {
                Attempt::Done(done) => return Ok(done),
                Attempt::Lost => tries.again().await?,
            }
        }
    }

    async fn removal(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
    ) -> Result<Together, CommandError> {
        let seen = self.load::<TicketState>(ticket.uuid(), MaxAge::Now).await?;
        if seen.version == 0 {
            return Err(CommandError::NotFound);
        }
        if ctx.if_match.is_some_and(|version| version != seen.version) {
            return Err(CommandError::VersionMismatch { current: seen.version });
        }
        let found = self.load::<FileState>(file.uuid(), MaxAge::Now).await?;
        let events = remove_file(&seen.state, RemoveFile { file_id: file })?;
        let kept = seen.state.ticket().and_then(|ticket| ticket.file(file));
        let kept = kept.ok_or(Refusal::FileUnknown)?;
        let mut together = Together::default();
        let contents = std::iter::once(&kept.address).chain(found.state.contents());
        together.releases.extend(contents.map(|address| content_claim(address, file)));
        together.append(ctx, ticket.uuid(), &seen, events);
        if found.version > 0 {
            let removed = remove(&found.state, ticket);
            // Nothing of it is personal but who asked, which is sealed under them.
            together.append_about(ctx, file.uuid(), &found, removed, Subject::Id(ticket.uuid()));
        } else {
            // Something may be found in it right now: one of the two has to see the other.
            together.rely_on(file.uuid(), &found);
        }
        Ok(together)
    }
}
