//! Giving a ticket to somebody, and taking it back.

use domain::TicketId;
use domain::ticket::TicketState;

use super::{Assignee, TicketChange};
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Gives a ticket to an active admin or handler.
    ///
    /// # Errors
    /// [`CommandError::Invalid`] at `assigned_to`; else as [`Commands::change_ticket`].
    pub async fn assign_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        assignee: Assignee,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::Assign(assignee)]).await
    }

    /// Takes a ticket from who has it.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn unassign_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::Unassign]).await
    }
}
