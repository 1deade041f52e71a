//! Removing a file from a ticket.

use serde_json::Value;

use super::events::{FileRemoved, TicketEvent};
use super::state::{Ticket, TicketState};
use crate::ids::FileId;
use crate::refusal::Refusal;
use crate::ticket_type::FieldId;

/// Removes a file from a ticket. Nobody can bring it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoveFile {
    /// The file.
    pub file_id: FileId,
}

/// Removes a file from a ticket.
///
/// # Errors
/// The ticket is unknown, deleted or merged, has no such file, or its form data names it.
pub fn remove_file(state: &TicketState, command: RemoveFile) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let file_id = command.file_id;
    ticket.file(file_id).ok_or(Refusal::FileUnknown)?;
    if let Some(field) = field_naming(ticket, file_id) {
        return Err(Refusal::FileInUse { field });
    }
    Ok(vec![TicketEvent::FileRemoved(FileRemoved { file_id })])
}

/// The field of the form whose value names the file. The value of a file field is a list of ids;
/// data without a form names nothing.
fn field_naming(ticket: &Ticket, file: FileId) -> Option<FieldId> {
    ticket.form?;
    let name = file.to_string();
    let names =
        |value: &Value| value.as_array().is_some_and(|ids| ids.iter().any(|id| *id == name));
    let data = ticket.data.as_ref()?.known()?;
    let (field, _) = data.iter().find(|(_, value)| names(value))?;
    FieldId::parse(field).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::ticket::samples::{active, file_id, filled, form, given, then, with_images};
    use crate::ticket::{Change, ChangeData, change_data, parse_data};

    const REMOVE: fn(u128) -> RemoveFile = |n| RemoveFile { file_id: file_id(n) };

    #[test]
    fn given_a_file_then_it_is_gone_for_good() {
        let state = with_images(2);
        let ticket = then(&state, remove_file(&state, REMOVE(1)));
        assert_eq!(ticket.images().map(|file| file.id).collect::<Vec<_>>(), [file_id(2)]);
        let state = given(&[]);
        assert_eq!(remove_file(&state, REMOVE(1)), Err(Refusal::FileUnknown));
        assert_eq!(remove_file(&active(), REMOVE(1)), Err(Refusal::FileUnknown));
    }

    #[test]
    fn given_a_form_that_names_the_file_then_it_is_refused() {
        let state = with_images(2);
        let data = json!({ "photos": [file_id(2).to_string()] });
        let named = ChangeData {
            data: Change::Set(parse_data(data).unwrap()),
            form: Some(filled(1, form(json!({ "site_id": "B12" })))),
            ..Default::default()
        };
        let state = state
            .clone()
            .evolved(&change_data(&state, named).unwrap(), crate::ticket::samples::at(30));
        let field = FieldId::parse("photos").unwrap();
        assert_eq!(remove_file(&state, REMOVE(2)), Err(Refusal::FileInUse { field }));
        assert!(remove_file(&state, REMOVE(1)).is_ok());
    }

    #[test]
    fn given_data_without_a_form_then_it_names_no_file() {
        let state = with_images(1);
        let data = json!({ "photos": [file_id(1).to_string()] });
        let free =
            ChangeData { data: Change::Set(parse_data(data).unwrap()), ..Default::default() };
        let state = state
            .clone()
            .evolved(&change_data(&state, free).unwrap(), crate::ticket::samples::at(30));
        assert!(remove_file(&state, REMOVE(1)).is_ok());
    }
}
