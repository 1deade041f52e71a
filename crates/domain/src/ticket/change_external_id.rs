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
