//! Naming a ticket as another system does.

use super::events::{ExternalIdChanged, TicketEvent};
use super::state::TicketState;
use crate::ids::ExternalId;
use crate::refusal::Refusal;

/// Gives a ticket the id it has in another system. That it is unique is claimed at append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeExternalId {
    /// The new id, or none.
    pub external_id: Option<ExternalId>,
}

/// Gives a ticket the id it has in another system; the same one is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_external_id(
    state: &TicketState,
    command: ChangeExternalId,
) -> Result<Vec<TicketEvent>, Refusal> {
    if state.active()?.external_id == command.external_id {
        return Ok(vec![]);
    }
    let external_id = command.external_id;
    Ok(vec![TicketEvent::ExternalIdChanged(ExternalIdChanged { external_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, given, then};

    #[test]
    fn given_an_external_id_then_it_stays_until_taken_away() {
        let id = ExternalId::parse("HDTS-7").unwrap();
        let command = ChangeExternalId { external_id: Some(id.clone()) };
        let state = given(&change_external_id(&active(), command.clone()).unwrap());
        assert_eq!(state.ticket().unwrap().external_id, Some(id));
        assert_eq!(change_external_id(&state, command), Ok(vec![]));
        let ticket =
            then(&state, change_external_id(&state, ChangeExternalId { external_id: None }));
        assert_eq!(ticket.external_id, None);
    }
}
