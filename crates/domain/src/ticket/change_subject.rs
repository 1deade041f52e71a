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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personal::Personal;
    use crate::ticket::samples::{active, at, given, text, then};

    #[test]
    fn given_another_subject_then_it_changes() {
        let command = ChangeSubject { subject: text("Weak signal") };
        let ticket = then(&active(), change_subject(&active(), command));
        assert!(ticket.subject.is("Weak signal"));
        assert_eq!(ticket.updated_at, at(60));
    }

    #[test]
    fn given_the_same_subject_then_nothing_happens() {
        let command = ChangeSubject { subject: text("No signal") };
        assert_eq!(change_subject(&active(), command), Ok(vec![]));
    }

    #[test]
    fn given_an_erased_subject_then_any_subject_is_a_change() {
        let erased =
            given(&[TicketEvent::SubjectChanged(SubjectChanged { subject: Personal::Erased })]);
        let command = ChangeSubject { subject: text("") };
        assert_eq!(change_subject(&erased, command).unwrap().len(), 1);
    }
}
