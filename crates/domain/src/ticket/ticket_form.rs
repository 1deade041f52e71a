//! The form that a ticket is filled in with.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::events::FilledForm;
use super::state::Ticket;
use crate::ids::TicketTypeId;
use crate::personal::Personal;
use crate::ticket_type::SplitData;

/// The version of a ticket type by which the data of a ticket was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TicketForm {
    /// The ticket type.
    pub type_id: TicketTypeId,
    /// The version of its form, from 1.
    pub version: u32,
}

impl FilledForm {
    /// Which form it is.
    pub fn form(&self) -> TicketForm {
        TicketForm { type_id: self.ticket_type_id, version: self.version }
    }

    pub(super) fn declared_fields(&self) -> Vec<String> {
        self.declared.0.keys().cloned().collect()
    }
}

impl Ticket {
    /// The values that its form declares not personal, with the names of their fields.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &Value)> {
        let data = self.data.as_ref().and_then(Personal::known);
        self.declared_fields.iter().filter_map(move |name| Some((name.as_str(), data?.get(name)?)))
    }
}

/// All data of an event as one: what its form declares in clear, and what is personal. Only data of
/// which nothing is left is erased as a whole.
pub fn joined_data(
    form: Option<&FilledForm>,
    personal: Option<&Personal<Map<String, Value>>>,
) -> Option<Personal<Map<String, Value>>> {
    match form {
        Some(form) if !form.declared.is_empty() => {
            let declared = form.declared.clone();
            let split = SplitData { declared, personal: personal.cloned() };
            Some(Personal::Known(split.joined()))
        }
        Some(_) | None => personal.cloned(),
    }
}
