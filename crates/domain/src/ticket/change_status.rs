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
