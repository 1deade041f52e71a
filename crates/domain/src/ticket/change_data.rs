//! Changing a ticket's type and form data.

use super::change::Change;
use super::events::{DataChanged, FilledForm, TicketEvent};
use super::fields::FormData;
use super::state::TicketState;
use super::ticket_form::joined_data;
use crate::refusal::Refusal;
use crate::vocabulary::TypeName;

/// Changes a ticket's type and form data. The data is a whole: a client that patches it merges
/// first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangeData {
    /// What happens to the type.
    pub ticket_type: Change<TypeName>,
    /// What happens to the form data; with a form, its personal part: whatever else the ticket had
    /// goes, so keeping it is the same as clearing it.
    pub data: Change<FormData>,
    /// The form by which the new data was judged, with its other part. Without one, the ticket's
    /// data is free from now on.
    pub form: Option<FilledForm>,
}

/// Changes a ticket's type and form data; the same ones are no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_data(state: &TicketState, command: ChangeData) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let keeps_all = command.ticket_type.is_keep() && command.data.is_keep();
    let ticket_type = command.ticket_type.applied_to(ticket.ticket_type.clone());
    let current = match &command.form {
        Some(_) => None,
        // A command that is about neither leaves the form as it is.
        None if keeps_all => return Ok(vec![]),
        None => ticket.data.clone(),
    };
    let data = command.data.map(FormData::into_personal).applied_to(current);
    let form = command.form;
    let is_same = ticket_type == ticket.ticket_type
        && form.as_ref().map(FilledForm::form) == ticket.form
        && joined_data(form.as_ref(), data.as_ref()) == ticket.data;
    if is_same {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::DataChanged(DataChanged { ticket_type, data, form })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::event::DomainEvent;
    use crate::personal::Personal;
    use crate::ticket::parse_data;
    use crate::ticket::samples::{active, at, filled, form, given, opened, then};

    fn data(value: serde_json::Value) -> Change<FormData> {
        Change::Set(parse_data(value).unwrap())
    }

    #[test]
    fn given_a_type_and_data_then_each_changes_on_its_own() {
        let outage = TypeName::parse("outage").unwrap();
        let command = ChangeData {
            ticket_type: Change::Set(outage.clone()),
            data: data(json!({ "site": "B12" })),
            form: None,
        };
        let state = given(&change_data(&active(), command.clone()).unwrap());
        assert_eq!(change_data(&state, command), Ok(vec![]));

        let command = ChangeData { data: Change::Clear, ..Default::default() };
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

    #[test]
    fn given_a_form_then_its_two_parts_are_the_whole_data() {
        let free = ChangeData { data: data(json!({ "old": 1 })), ..Default::default() };
        let state = given(&change_data(&active(), free).unwrap());
        let command = ChangeData {
            ticket_type: Change::Set(TypeName::parse("outage").unwrap()),
            data: data(json!({ "what_happened": "smoke" })),
            form: Some(filled(2, form(json!({ "site_id": "B12" })))),
        };
        let events = change_data(&state, command.clone()).unwrap();
        let filled_in = state.evolved(&events, at(9));
        let ticket = filled_in.ticket().unwrap();
        assert_eq!(ticket.form.unwrap().version, 2);
        let whole = form(json!({ "what_happened": "smoke", "site_id": "B12" }));
        assert_eq!(ticket.data, Some(Personal::Known(whole)));
        assert_eq!(change_data(&filled_in, command.clone()), Ok(vec![]));
        assert_eq!(change_data(&filled_in, ChangeData::default()), Ok(vec![]));

        let newer =
            ChangeData { form: Some(filled(3, form(json!({ "site_id": "B12" })))), ..command };
        assert_eq!(change_data(&filled_in, newer).unwrap().len(), 1, "the version counts");
        let all_declared = ChangeData {
            form: Some(filled(2, form(json!({ "site_id": "B13" })))),
            ..Default::default()
        };
        let ticket = then(&filled_in, change_data(&filled_in, all_declared));
        assert_eq!(ticket.data, Some(Personal::Known(form(json!({ "site_id": "B13" })))));
    }

    #[test]
    fn given_the_person_is_erased_then_what_is_declared_stays() {
        let declared = filled(1, form(json!({ "site_id": "B12" })));
        let event = |form| {
            let (ticket_type, data) = (None, Some(Personal::Erased));
            TicketEvent::DataChanged(DataChanged { ticket_type, data, form })
        };
        let known = Some(Personal::Known(form(json!({ "site_id": "B12" }))));
        assert_eq!(given(&[event(Some(declared))]).ticket().unwrap().data, known);
        let nothing = filled(1, serde_json::Map::new());
        let erased = Some(Personal::Erased);
        assert_eq!(given(&[event(Some(nothing))]).ticket().unwrap().data, erased);
    }

    #[test]
    fn given_events_of_the_first_version_then_they_are_free_data() {
        let data = json!({ "ticket_type": "outage", "data": { "$personal": { "site": "B12" } } });
        let event = TicketEvent::from_parts("ticket.data_changed", 1, data).unwrap();
        let state = given(&[event]);
        let ticket = state.ticket().unwrap();
        assert_eq!((ticket.form, ticket.files.len()), (None, 0));
        assert_eq!(ticket.data, Some(Personal::Known(form(json!({ "site": "B12" })))));

        let data = json!({
            "number": "TKT-2026-000001",
            "subject": { "$personal": "No signal" },
            "description": { "$personal": "" },
            "priority": "medium",
            "opened_by": "00000000-0000-0000-0000-000000000001",
        });
        let event = TicketEvent::from_parts("ticket.opened", 1, data).unwrap();
        assert_eq!(event, opened());
    }
}
