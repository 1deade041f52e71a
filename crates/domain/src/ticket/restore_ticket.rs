//! Bringing a deleted ticket back.

use super::events::{Restored, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;

/// Brings a deleted ticket back as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoreTicket;

/// Brings a deleted ticket back as it was; one that is not deleted is no change.
///
/// # Errors
/// The ticket is unknown or merged.
pub fn restore_ticket(
    state: &TicketState,
    RestoreTicket: RestoreTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    match state {
        TicketState::Unopened => Err(Refusal::TicketUnknown),
        TicketState::Merged { into, .. } => Err(Refusal::TicketMerged { into: *into }),
        TicketState::Active { .. } => Ok(vec![]),
        TicketState::Deleted { .. } => Ok(vec![TicketEvent::Restored(Restored {})]),
    }
}
