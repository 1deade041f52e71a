//! Changing what people read about a ticket type.

use super::definition::{Labels, Texts};
use super::events::{TicketTypeDescribed, TicketTypeEvent};
use super::refusal::TicketTypeRefusal;
use super::state::TicketTypeState;
use crate::personal::Personal;

/// Gives a ticket type another title and description; the same ones are no change, and neither is a
/// new version.
///
/// # Errors
/// The ticket type is unknown or retired.
pub fn describe_ticket_type(
    state: &TicketTypeState,
    title: Option<Labels>,
    description: Option<Personal<Texts>>,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    let known = state.active()?;
    if known.title == title && known.description == description {
        return Ok(vec![]);
    }
    Ok(vec![TicketTypeEvent::Described(TicketTypeDescribed { title, description })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket_type::samples::{defined, site_fault, then};

    #[test]
    fn given_a_type_then_its_texts_change_alone() {
        let known = then(&defined(), describe_ticket_type(&defined(), None, None));
        assert_eq!((known.title, known.description, known.version), (None, None, 1));
        let same = describe_ticket_type(&defined(), site_fault().title, site_fault().description);
        assert_eq!(same, Ok(vec![]));
    }
}
