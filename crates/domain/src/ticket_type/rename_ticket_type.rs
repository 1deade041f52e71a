//! Giving a ticket type another name.

use super::events::{TicketTypeEvent, TicketTypeRenamed};
use super::refusal::TicketTypeRefusal;
use super::state::TicketTypeState;
use crate::vocabulary::TypeName;

/// Gives a ticket type another name; the same one is no change, and no name is a new version.
/// Tickets refer to the type and not to its name.
///
/// # Errors
/// The ticket type is unknown or retired.
pub fn rename_ticket_type(
    state: &TicketTypeState,
    name: TypeName,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    if state.active()?.name == name {
        return Ok(vec![]);
    }
    Ok(vec![TicketTypeEvent::Renamed(TicketTypeRenamed { name })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket_type::samples::{defined, retired, site_fault, then};

    #[test]
    fn given_a_type_then_another_name_changes_the_name_alone() {
        let name = TypeName::parse("fault").unwrap();
        let known = then(&defined(), rename_ticket_type(&defined(), name.clone()));
        assert_eq!((known.name, known.version), (name, 1));
        assert_eq!(rename_ticket_type(&defined(), site_fault().name), Ok(vec![]));
        let refused = rename_ticket_type(&retired(), site_fault().name);
        assert_eq!(refused, Err(TicketTypeRefusal::Retired));
    }
}
