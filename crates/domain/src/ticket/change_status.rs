//! Moving a ticket to another status.

use super::events::{StatusChanged, TicketEvent};
use super::state::TicketState;
use super::transitions::{Transition, transition};
use super::values::Status;
use crate::refusal::Refusal;
use crate::text::Text;

/// Moves a ticket to another status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeStatus {
    /// The new status.
    pub status: Status,
    /// Why, in a person's words.
    pub reason: Option<Text>,
}

/// Moves a ticket to another status; a person may make every move. The same status is no change,
/// whatever the reason.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_status(
    state: &TicketState,
    command: ChangeStatus,
) -> Result<Vec<TicketEvent>, Refusal> {
    let from = state.active()?.status;
    let to = command.status;
    if transition(from, to) == Transition::Unchanged {
        return Ok(vec![]);
    }
    let reason = command.reason.map(Text::into_personal);
    Ok(vec![TicketEvent::StatusChanged(StatusChanged { from, to, reason })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, at, text};

    // All moves are in `table_test`.

    #[test]
    fn given_a_reason_then_it_is_told() {
        let command = ChangeStatus { status: Status::Closed, reason: Some(text("by phone")) };
        let reason = Some("by phone".into());
        let changed = StatusChanged { from: Status::Open, to: Status::Closed, reason };
        assert_eq!(
            change_status(&active(), command),
            Ok(vec![TicketEvent::StatusChanged(changed)])
        );
    }

    #[test]
    fn given_the_same_status_then_a_reason_is_no_change() {
        let command = ChangeStatus { status: Status::Open, reason: Some(text("still")) };
        assert_eq!(change_status(&active(), command), Ok(vec![]));
    }

    #[test]
    fn given_two_rounds_then_each_reopening_counts() {
        let mut state = active();
        for status in [Status::Resolved, Status::Open, Status::Closed, Status::InProgress] {
            let events = change_status(&state, ChangeStatus { status, reason: None }).unwrap();
            state = state.evolved(&events, at(60));
        }
        assert_eq!(state.ticket().unwrap().reopened_count, 2);
    }
}
