//! Giving a ticket to somebody.

use super::events::{Assigned, TicketEvent};
use super::state::TicketState;
use crate::ids::UserId;
use crate::refusal::Refusal;

/// Gives a ticket to a user, who exists and is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssignTicket {
    /// Who is to have it.
    pub assignee: UserId,
}

/// Gives a ticket to a user; giving it to who has it is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn assign_ticket(
    state: &TicketState,
    command: AssignTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    let previous = state.active()?.assignee;
    let assignee = command.assignee;
    if previous == Some(assignee) {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::Assigned(Assigned { assignee, previous })])
}
