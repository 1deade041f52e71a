//! Giving a ticket another subject.

use super::events::{SubjectChanged, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::text::Text;

/// Gives a ticket another subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSubject {
    /// The new subject.
    pub subject: Text,
}

/// Gives a ticket another subject; the same one is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_subject(
    state: &TicketState,
    command: ChangeSubject,
) -> Result<Vec<TicketEvent>, Refusal> {
    if state.active()?.subject.is(command.subject.as_str()) {
        return Ok(vec![]);
    }
    let subject = command.subject.into_personal();
    Ok(vec![TicketEvent::SubjectChanged(SubjectChanged { subject })])
}
