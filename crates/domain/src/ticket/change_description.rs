//! Giving a ticket another description.

use super::events::{DescriptionChanged, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::text::Text;

/// Gives a ticket another description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDescription {
    /// The new description, perhaps empty.
    pub description: Text,
}

/// Gives a ticket another description; the same one is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_description(
    state: &TicketState,
    command: ChangeDescription,
) -> Result<Vec<TicketEvent>, Refusal> {
    if state.active()?.description.is(command.description.as_str()) {
        return Ok(vec![]);
    }
    let description = command.description.into_personal();
    Ok(vec![TicketEvent::DescriptionChanged(DescriptionChanged { description })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, text, then};

    #[test]
    fn given_another_description_then_it_changes() {
        let command = ChangeDescription { description: text("Since\nnoon") };
        let ticket = then(&active(), change_description(&active(), command));
        assert!(ticket.description.is("Since\nnoon"));
    }

    #[test]
    fn given_the_same_description_then_nothing_happens() {
        let command = ChangeDescription { description: text("") };
        assert_eq!(change_description(&active(), command), Ok(vec![]));
    }
}
