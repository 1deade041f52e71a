//! Deleting a ticket.

use domain::ticket::TicketState;
use domain::{Text, TicketId};

use super::TicketChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Deletes a ticket; it can be restored.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn delete_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        reason: Option<Text>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::Delete { reason }]).await
    }
}
