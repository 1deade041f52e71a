//! Watching a ticket, and no longer.

use domain::ticket::TicketState;
use domain::{TicketId, UserId};

use super::TicketChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Makes a user watch a ticket.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], also for the user; else as [`Commands::change_ticket`].
    pub async fn watch_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        watcher: UserId,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::Watch(watcher)]).await
    }

    /// Makes a user no longer watch a ticket.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn unwatch_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        watcher: UserId,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::Unwatch(watcher)]).await
    }
}
