//! Deleting a ticket.

use super::events::{Deleted, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::text::Text;

/// Deletes a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteTicket {
    /// Why, in a person's words.
    pub reason: Option<Text>,
}

/// Deletes a ticket; it can be restored. Tickets merged into it stay merged.
///
/// # Errors
/// The ticket is unknown, deleted already, or merged.
pub fn delete_ticket(
    state: &TicketState,
    command: DeleteTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    state.active()?;
    let reason = command.reason.map(Text::into_personal);
    Ok(vec![TicketEvent::Deleted(Deleted { reason })])
}
