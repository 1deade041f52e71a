//! Changing a ticket's type and form data.

use super::change::Change;
use super::events::{DataChanged, TicketEvent};
use super::fields::FormData;
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::vocabulary::TypeName;

/// Changes a ticket's type and form data. The data is a whole: a client that patches it merges
/// first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangeData {
    /// What happens to the type.
    pub ticket_type: Change<TypeName>,
    /// What happens to the form data.
    pub data: Change<FormData>,
}

/// Changes a ticket's type and form data; the same ones are no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_data(state: &TicketState, command: ChangeData) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let ticket_type = command.ticket_type.applied_to(ticket.ticket_type.clone());
    let data = command.data.map(FormData::into_personal).applied_to(ticket.data.clone());
    if ticket_type == ticket.ticket_type && data == ticket.data {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::DataChanged(DataChanged { ticket_type, data })])
}
