//! Making a ticket type what a form says, each change an event of its own.

use super::describe_ticket_type::describe_ticket_type;
use super::events::TicketTypeEvent;
use super::parse::TicketTypeDraft;
use super::refusal::TicketTypeRefusal;
use super::rename_ticket_type::rename_ticket_type;
use super::revise_ticket_type::revise_ticket_type;
use super::state::TicketTypeState;

/// Makes a ticket type what `draft` says. What is the same already makes no event, and only another
/// definition makes a version.
///
/// # Errors
/// The ticket type is unknown, or retired and another one; or a field was of another kind in some
/// version.
pub fn edit_ticket_type(
    state: &TicketTypeState,
    draft: TicketTypeDraft,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    if state.known()?.draft() == draft {
        return Ok(vec![]);
    }
    // Each looks at what it changes alone, so none has to see the events of another.
    let mut events = rename_ticket_type(state, draft.name)?;
    events.extend(describe_ticket_type(state, draft.title, draft.description)?);
    events.extend(revise_ticket_type(state, draft.definition)?);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DomainEvent;
    use crate::ticket_type::samples::{defined, other_definition, retired, site_fault, then};
    use crate::vocabulary::TypeName;

    #[test]
    fn given_another_draft_then_each_difference_is_an_event_and_the_draft_is_reached() {
        let other = TicketTypeDraft {
            name: TypeName::parse("fault").unwrap(),
            title: None,
            description: None,
            definition: other_definition(),
        };
        let events = edit_ticket_type(&defined(), other.clone()).unwrap();
        let types: Vec<_> = events.iter().map(TicketTypeEvent::event_type).collect();
        assert_eq!(types, ["ticket_type.renamed", "ticket_type.described", "ticket_type.revised"]);
        let known = then(&defined(), Ok(events));
        assert_eq!((known.draft(), known.version), (other.clone(), 2));
        assert_eq!(edit_ticket_type(&retired(), other), Err(TicketTypeRefusal::Retired));
    }

    #[test]
    fn given_the_same_draft_then_nothing_happens_to_an_active_or_a_retired_type() {
        assert_eq!(edit_ticket_type(&defined(), site_fault()), Ok(vec![]));
        assert_eq!(edit_ticket_type(&retired(), site_fault()), Ok(vec![]));
        let none = TicketTypeState::Undefined;
        assert_eq!(edit_ticket_type(&none, site_fault()), Err(TicketTypeRefusal::Unknown));
    }
}
