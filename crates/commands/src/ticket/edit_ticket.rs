//! Changing several fields of a ticket in one go: each change an event, all in one append.

use domain::TicketId;
use domain::ticket::{Change, EditTicketInput, TicketState};

use super::{Assignee, TicketChange};
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Changes the fields that are given, and the assignee.
    ///
    /// # Errors
    /// As [`Commands::change_ticket`].
    pub async fn edit_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        input: EditTicketInput,
        assignee: Change<Assignee>,
    ) -> Result<Committed<TicketState>, CommandError> {
        let mut changes = vec![TicketChange::Edit(Box::new(input))];
        changes.extend(TicketChange::assignment(assignee));
        self.change_ticket(ctx, ticket, changes).await
    }
}
