//! What an event changes, which it does not say by itself: it holds the new values only.

use domain::ticket::{Ticket, TicketEvent, TicketState, joined_data};
use domain::ticket_type::changed_fields;
use domain::{FileId, Personal};
use serde_json::Map;

/// An event against the ticket before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Against {
    /// The fields of the form whose values it changes, as far as they are not erased.
    pub(super) changed_fields: Vec<String>,
    /// What the file was called that it is about.
    pub(super) file_name: Option<String>,
}

impl Against {
    pub(super) fn of(event: &TicketEvent, before: &TicketState) -> Self {
        let ticket = before.ticket();
        let none = Map::new();
        if let TicketEvent::DataChanged(e) = event {
            let old = ticket.and_then(|ticket| ticket.data.as_ref()).and_then(Personal::known);
            let new = joined_data(e.form.as_ref(), e.data.as_ref());
            let new = new.as_ref().and_then(Personal::known);
            let changed = changed_fields(old.unwrap_or(&none), new.unwrap_or(&none));
            let changed_fields = changed.into_iter().map(str::to_owned).collect();
            return Self { changed_fields, file_name: None };
        }
        let file = if let TicketEvent::FileRenamed(e) = event {
            Some(e.file_id)
        } else if let TicketEvent::FileRemoved(e) = event {
            Some(e.file_id)
        } else {
            None
        };
        Self { changed_fields: Vec::new(), file_name: name(ticket, file) }
    }
}

fn name(ticket: Option<&Ticket>, file: Option<FileId>) -> Option<String> {
    ticket?.file(file?)?.name.as_str().map(str::to_owned)
}
