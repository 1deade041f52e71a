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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::ticket::parse_data;
    use crate::ticket::samples::{active, form, given, then};

    fn data(value: serde_json::Value) -> Change<FormData> {
        Change::Set(parse_data(value).unwrap())
    }

    #[test]
    fn given_a_type_and_data_then_each_changes_on_its_own() {
        let outage = TypeName::parse("outage").unwrap();
        let command = ChangeData {
            ticket_type: Change::Set(outage.clone()),
            data: data(json!({ "site": "B12" })),
        };
        let state = given(&change_data(&active(), command.clone()).unwrap());
        assert_eq!(change_data(&state, command), Ok(vec![]));

        let command = ChangeData { ticket_type: Change::Keep, data: Change::Clear };
        let ticket = then(&state, change_data(&state, command));
        assert_eq!(ticket.ticket_type, Some(outage));
        assert_eq!(ticket.data, None);
    }

    #[test]
    fn given_other_data_then_it_replaces_the_whole() {
        let before = ChangeData { data: data(json!({ "a": 1, "b": 2 })), ..Default::default() };
        let state = given(&change_data(&active(), before).unwrap());
        let command = ChangeData { data: data(json!({ "b": 3 })), ..Default::default() };
        let ticket = then(&state, change_data(&state, command));
        assert_eq!(ticket.data.unwrap().into_known().unwrap(), form(json!({ "b": 3 })));
    }
}
