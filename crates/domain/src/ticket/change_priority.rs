//! Making a ticket more or less urgent.

use super::events::{PriorityChanged, TicketEvent};
use super::state::TicketState;
use super::values::Priority;
use crate::refusal::Refusal;

/// Makes a ticket more or less urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangePriority {
    /// The new priority.
    pub priority: Priority,
}

/// Makes a ticket more or less urgent; the same priority is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_priority(
    state: &TicketState,
    command: ChangePriority,
) -> Result<Vec<TicketEvent>, Refusal> {
    let from = state.active()?.priority;
    let to = command.priority;
    if from == to {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::PriorityChanged(PriorityChanged { from, to })])
}
