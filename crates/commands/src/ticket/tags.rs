//! Putting tags on a ticket, and taking them off.

use domain::ticket::TicketState;
use domain::{Tag, TicketId};

use super::TicketChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Puts tags on a ticket.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn add_tags(
        &self,
        ctx: &Context,
        ticket: TicketId,
        tags: Vec<Tag>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::AddTags(tags)]).await
    }

    /// Takes tags off a ticket.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn remove_tags(
        &self,
        ctx: &Context,
        ticket: TicketId,
        tags: Vec<Tag>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::RemoveTags(tags)]).await
    }

    /// Gives a ticket exactly these tags.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn set_tags(
        &self,
        ctx: &Context,
        ticket: TicketId,
        tags: Vec<Tag>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::SetTags(tags)]).await
    }
}
