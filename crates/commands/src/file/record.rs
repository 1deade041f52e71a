//! Recording what machines found in a file.

use domain::file::{
    FileAddress, FileEvent, FileState, TextNotRead, TextRead, ThumbnailMade, ThumbnailNotMade,
};
use domain::ticket::TicketState;
use domain::{FileId, TicketId, Timestamp, file};
use eventstore::Subject;

use super::claims::content_claim;
use crate::core::{Attempt, Commands, MaxAge, Together, Tries, Versioned};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// What is known of a file as of now; the default where nothing was found yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn file_state(&self, file: FileId) -> Result<Versioned<FileState>, CommandError> {
        self.load(file.uuid(), MaxAge::Now).await
    }

    /// Records the text of a file. None when the file is gone, or this reading was recorded before.
    ///
    /// # Errors
    /// The store's; [`CommandError::TooLarge`] for a text that does not fit an event.
    pub async fn record_text(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        read: TextRead,
    ) -> Result<Option<Committed<FileState>>, CommandError> {
        self.record(ctx, ticket, file, |state| file::record_text(state, read.clone())).await
    }

    /// Records that the text of a file could not be read. None as of a text.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_text_failure(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        failed: TextNotRead,
    ) -> Result<Option<Committed<FileState>>, CommandError> {
        self.record(ctx, ticket, file, |state| file::record_text_failure(state, failed.clone()))
            .await
    }

    /// Records the thumbnail of a file. None when the file is gone, or has one.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_thumbnail(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        made: ThumbnailMade,
    ) -> Result<Option<Committed<FileState>>, CommandError> {
        self.record(ctx, ticket, file, |state| file::record_thumbnail(state, made.clone())).await
    }

    /// Records that there can be no thumbnail of a file. None as of a thumbnail.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_no_thumbnail(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        failed: ThumbnailNotMade,
    ) -> Result<Option<Committed<FileState>>, CommandError> {
        self.record(ctx, ticket, file, |state| file::record_no_thumbnail(state, failed.clone()))
            .await
    }

    async fn record(
        &self,
        ctx: &Context,
        ticket: TicketId,
        file: FileId,
        decide: impl Fn(&FileState) -> Vec<FileEvent> + Send,
    ) -> Result<Option<Committed<FileState>>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(Some(first));
        }
        self.forget_erased().await?;
        let _guards = self.locks.lock(&[file.uuid()]).await;
        let mut tries = Tries::default();
        loop {
            let found = self.load::<FileState>(file.uuid(), MaxAge::Now).await?;
            let seen = self.load::<TicketState>(ticket.uuid(), MaxAge::Now).await?;
            // A ticket that was deleted or merged keeps its files: it may come back.
            let kept = seen.state.ticket().and_then(|ticket| ticket.file(file));
            let events = decide(&found.state);
            let Some(kept) = kept.filter(|_| !events.is_empty()) else { return Ok(None) };
            let owner = kept.address.owner_key();
            let Some(subject) = self.store.subject_of_key(owner).await? else { return Ok(None) };
            let mut together = Together::default();
            let moved = moved(&found.state, &events, self.ambient().now());
            let named = moved.named.iter().map(|address| content_claim(address, file));
            together.claims.extend(named.map(|claim| (claim, file.uuid())));
            let let_go = moved.let_go.iter().filter(|address| **address != kept.address);
            together.releases.extend(let_go.map(|address| content_claim(address, file)));
            // What was found goes with the content it was found in, whoever the ticket is about by now.
            together.append_about(ctx, file.uuid(), &found, events, Subject::Id(subject));
            together.relies_on_keys.push(owner);
            // Whoever removes the file comes before or after.
            together.rely_on(ticket.uuid(), &seen);
            match self.append_together::<FileState>(ctx, together).await? {
                Attempt::Done(done) => return Ok(Some(done)),
                Attempt::Lost => tries.again().await?,
            }
        }
    }
}

/// Contents that a file names from now on, and those it no longer does.
struct Moved {
    named: Vec<FileAddress>,
    let_go: Vec<FileAddress>,
}

fn moved(before: &FileState, events: &[FileEvent], at: Timestamp) -> Moved {
    let after = before.clone().evolved(events, at);
    let (before, after) = (before.contents(), after.contents());
    let without = |these: &[&FileAddress], those: &[&FileAddress]| {
        these.iter().filter(|address| !those.contains(address)).map(|a| (*a).clone()).collect()
    };
    Moved { named: without(&after, &before), let_go: without(&before, &after) }
}
