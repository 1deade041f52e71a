//! Bringing a deleted ticket back.

use domain::TicketId;
use domain::ticket::TicketState;

use super::TicketChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Brings a deleted ticket back as it was.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn restore_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::Restore]).await
    }
}
