//! Moving a ticket to another status.

use domain::ticket::{Status, TicketState};
use domain::{Text, TicketId};

use super::TicketChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Moves a ticket to another status.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn change_status(
        &self,
        ctx: &Context,
        ticket: TicketId,
        status: Status,
        reason: Option<Text>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.change_ticket(ctx, ticket, vec![TicketChange::ChangeStatus { status, reason }]).await
    }
}
