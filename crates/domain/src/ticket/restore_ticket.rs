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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, at, deleted, merged_into, ticket_id};

    #[test]
    fn given_a_deleted_ticket_then_it_comes_back_as_it_was() {
        let events = restore_ticket(&deleted(), RestoreTicket).unwrap();
        let state = deleted().evolved(&events, at(60));
        assert!(state.active().unwrap().subject.is("No signal"));
    }

    #[test]
    fn given_an_active_ticket_then_nothing_happens() {
        assert_eq!(restore_ticket(&active(), RestoreTicket), Ok(vec![]));
    }

    #[test]
    fn given_no_ticket_or_a_merged_one_then_it_is_refused() {
        let unopened = restore_ticket(&TicketState::Unopened, RestoreTicket);
        assert_eq!(unopened, Err(Refusal::TicketUnknown));
        let merged = restore_ticket(&merged_into(9), RestoreTicket);
        assert_eq!(merged, Err(Refusal::TicketMerged { into: ticket_id(9) }));
    }
}
