//! Taking a ticket from its assignee.

use super::events::{TicketEvent, Unassigned};
use super::state::TicketState;
use crate::refusal::Refusal;

/// Takes a ticket from its assignee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnassignTicket;

/// Takes a ticket from its assignee; without one there is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn unassign_ticket(
    state: &TicketState,
    UnassignTicket: UnassignTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    let unassigned = |previous| TicketEvent::Unassigned(Unassigned { previous });
    Ok(state.active()?.assignee.map(unassigned).into_iter().collect())
}
