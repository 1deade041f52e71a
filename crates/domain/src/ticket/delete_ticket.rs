//! Deleting a ticket.

use super::events::{Deleted, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::text::Text;

/// Deletes a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteTicket {
    /// Why, in a person's words.
    pub reason: Option<Text>,
}

/// Deletes a ticket; it can be restored. Tickets merged into it stay merged. A deleted one stays as it is.
///
/// # Errors
/// The ticket is unknown or merged.
pub fn delete_ticket(
    state: &TicketState,
    command: DeleteTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    if matches!(state, TicketState::Deleted { .. }) {
        return Ok(vec![]);
    }
    state.active()?;
    let reason = command.reason.map(Text::into_personal);
    Ok(vec![TicketEvent::Deleted(Deleted { reason })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, at, deleted, text};

    #[test]
    fn given_an_active_ticket_then_it_is_deleted_with_the_reason() {
        let command = DeleteTicket { reason: Some(text("spam")) };
        let events = delete_ticket(&active(), command).unwrap();
        assert_eq!(events, [TicketEvent::Deleted(Deleted { reason: Some("spam".into()) })]);
        let state = active().evolved(&events, at(60));
        assert_eq!(state.active(), Err(Refusal::TicketDeleted));
    }

    #[test]
    fn given_a_deleted_ticket_then_nothing_happens() {
        let again = delete_ticket(&deleted(), DeleteTicket { reason: None });
        assert_eq!(again, Ok(vec![]));
    }
}
