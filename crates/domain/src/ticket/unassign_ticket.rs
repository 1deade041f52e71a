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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, busy, then, user};

    #[test]
    fn given_an_assignee_then_nobody_has_it() {
        let events = unassign_ticket(&busy(), UnassignTicket);
        let unassigned = Unassigned { previous: user(2) };
        assert_eq!(events, Ok(vec![TicketEvent::Unassigned(unassigned)]));
        assert_eq!(then(&busy(), events).assignee, None);
    }

    #[test]
    fn given_no_assignee_then_nothing_happens() {
        assert_eq!(unassign_ticket(&active(), UnassignTicket), Ok(vec![]));
    }
}
