//! Writing a comment.

use domain::event::DomainEvent;
use domain::ticket::events::CommentAdded;
use domain::ticket::{TicketEvent, TicketState, Visibility};
use domain::{Text, TicketId};

use super::decide_all;
use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

/// A comment to be written, by whoever gives the command. `@name` in it calls upon a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// Who may read it.
    pub visibility: Visibility,
    /// What it says.
    pub text: Text,
}

/// A comment that was written.
#[derive(Debug, Clone)]
pub struct Commented {
    /// The ticket after it.
    pub ticket: Committed<TicketState>,
    /// The comment.
    pub comment: CommentAdded,
    /// When it was written.
    pub written_at: domain::Timestamp,
}

impl Commands {
    /// Writes a comment on a ticket.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal: the ticket is deleted or merged.
    pub async fn comment_on_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        comment: NewComment,
    ) -> Result<Commented, CommandError> {
        if let Some(first) = self.replayed::<TicketState>(ctx).await? {
            return self.first_comment(first).await;
        }
        let command = self.comment_command(ctx, ticket, comment).await?;
        let command = domain::ticket::TicketCommand::Comment(command);
        let at = self.ambient().now();
        let streams = [ticket.uuid()];
        let committed = self
            .execute(ctx, Target::Existing(&streams), |states| {
                let state: &TicketState = &states[0].state;
                Ok(Decision::of(decide_all(state, std::slice::from_ref(&command), at)?))
            })
            .await?;
        self.first_comment(committed).await
    }

    /// The comment that stands at the version after the command: it is the command's only event.
    async fn first_comment(
        &self,
        ticket: Committed<TicketState>,
    ) -> Result<Commented, CommandError> {
        let mut stored = self.store.read_stream(ticket.id, ticket.version - 1).await?;
        stored.truncate(1);
        let opened = self.store.open_events(stored).await?.pop();
        let opened =
            opened.ok_or(CommandError::Internal("a comment is not where it was written"))?;
        let (name, schema, at) = (opened.event_type, opened.schema_version, opened.occurred_at);
        match TicketEvent::from_parts(&name, schema, opened.data)? {
            TicketEvent::CommentAdded(comment) => Ok(Commented { ticket, comment, written_at: at }),
            _other => Err(CommandError::KeyReused),
        }
    }
}
