//! Defining a ticket type.

use super::events::{TicketTypeDefined, TicketTypeEvent};
use super::parse::TicketTypeDraft;
use super::refusal::TicketTypeRefusal;
use super::state::TicketTypeState;

/// Defines a ticket type, its version 1; the same one again is no change.
///
/// # Errors
/// The stream has a ticket type that is different.
pub fn define_ticket_type(
    state: &TicketTypeState,
    draft: TicketTypeDraft,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    match state.ticket_type() {
        Some(known) if known.version == 1 && known.draft() == draft => Ok(vec![]),
        Some(_) => Err(TicketTypeRefusal::AlreadyDefined),
        None => Ok(vec![TicketTypeEvent::Defined(Box::new(TicketTypeDefined {
            name: draft.name,
            title: draft.title,
            description: draft.description,
            definition: draft.definition,
        }))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket_type::TicketTypeStatus;
    use crate::ticket_type::samples::{at, defined, site_fault, then};

    #[test]
    fn given_nothing_then_version_1_is_active() {
        let none = TicketTypeState::Undefined;
        let known = then(&none, define_ticket_type(&none, site_fault()));
        assert_eq!((known.version, known.status), (1, TicketTypeStatus::Active));
        assert_eq!(known.draft(), site_fault());
        assert_eq!(known.defined_at, at(60));
        assert_eq!(known.kinds.len(), site_fault().definition.fields.len());
    }

    #[test]
    fn given_a_type_then_only_the_same_again_is_accepted() {
        assert_eq!(define_ticket_type(&defined(), site_fault()), Ok(vec![]));
        let other = TicketTypeDraft { title: None, ..site_fault() };
        let refused = define_ticket_type(&defined(), other);
        assert_eq!(refused, Err(TicketTypeRefusal::AlreadyDefined));
    }
}
