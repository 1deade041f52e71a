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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, then};

    #[test]
    fn given_another_priority_then_both_are_told() {
        let events = change_priority(&active(), ChangePriority { priority: Priority::Urgent });
        let changed = PriorityChanged { from: Priority::Medium, to: Priority::Urgent };
        assert_eq!(events, Ok(vec![TicketEvent::PriorityChanged(changed)]));
        assert_eq!(then(&active(), events).priority, Priority::Urgent);
    }

    #[test]
    fn given_the_same_priority_then_nothing_happens() {
        let command = ChangePriority { priority: Priority::Medium };
        assert_eq!(change_priority(&active(), command), Ok(vec![]));
    }
}
