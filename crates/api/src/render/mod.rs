//! The shapes that clients see.

mod audit;
mod calendar;
mod csv;
mod event;
mod job;
mod lists;
mod people;
mod reading;
mod settings;
mod sla;
mod task;
mod ticket;
mod ticket_type;
mod ticket_type_form;
mod user;
mod workflow;

pub(crate) use audit::AuditEntry;
pub(crate) use calendar::{CalendarBody, CalendarFormBody, ChangeCalendarBody};
pub(crate) use csv::csv_line;
pub(crate) use event::EventBody;
pub(crate) use job::JobBody;
pub(crate) use lists::ListBody;
pub(crate) use people::UserRef;
pub(crate) use reading::{ReadingBody, hocr};
pub(crate) use settings::SettingsBody;
pub(crate) use sla::{ChangeSlaPolicyBody, SlaPolicyBody, SlaPolicyFormBody, TicketSlaBody};
pub(crate) use task::{
    StepRef, TaskBody, TaskBrief, TaskNames, TaskTicket, WaitingBody, WorkflowRef,
};
pub(crate) use ticket::{Beside, TicketBody, TicketFacts, present};
pub(crate) use ticket_type::{TicketTypeBody, TicketTypeVersionBody};
pub(crate) use ticket_type_form::{EditTicketTypeBody, TicketTypeFormBody};
pub(crate) use user::{ApiTokenBody, AwayBody, UserBody, WorkRoleNames, WorkRoleRef};
pub(crate) use workflow::{
    EditWorkflowBody, FindingBody, WorkflowBody, WorkflowFormBody, WorkflowVersionBody, warnings,
};

use domain::Personal;

/// The value of a personal field; nothing once it was erased.
pub(crate) fn known<T: Clone>(personal: &Personal<T>) -> Option<T> {
    match personal {
        Personal::Known(value) => Some(value.clone()),
        Personal::Erased => None,
    }
}

/// Bytes as hexadecimal digits, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
