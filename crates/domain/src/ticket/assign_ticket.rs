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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, busy, then, user};

    #[test]
    fn given_nobody_had_it_then_there_is_no_previous() {
        let events = assign_ticket(&active(), AssignTicket { assignee: user(2) });
        let assigned = Assigned { assignee: user(2), previous: None };
        assert_eq!(events, Ok(vec![TicketEvent::Assigned(assigned)]));
        assert_eq!(then(&active(), events).assignee, Some(user(2)));
    }

    #[test]
    fn given_somebody_had_it_then_the_previous_is_told() {
        let events = assign_ticket(&busy(), AssignTicket { assignee: user(4) });
        let assigned = Assigned { assignee: user(4), previous: Some(user(2)) };
        assert_eq!(events, Ok(vec![TicketEvent::Assigned(assigned)]));
    }

    #[test]
    fn given_the_same_assignee_then_nothing_happens() {
        assert_eq!(assign_ticket(&busy(), AssignTicket { assignee: user(2) }), Ok(vec![]));
    }
}
