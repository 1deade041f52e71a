//! Retiring a ticket type and reinstating it.

use super::events::{TicketTypeEvent, TicketTypeReinstated, TicketTypeRetired};
use super::refusal::TicketTypeRefusal;
use super::state::TicketTypeState;
use super::values::TicketTypeStatus;

/// Lets no new ticket have a type; no change if it is retired. Tickets that have it keep it, and
/// their data can be changed.
///
/// # Errors
/// The ticket type is unknown.
pub fn retire_ticket_type(
    state: &TicketTypeState,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    Ok(match state.known()?.status {
        TicketTypeStatus::Active => vec![TicketTypeEvent::Retired(TicketTypeRetired {})],
        TicketTypeStatus::Retired => vec![],
    })
}

/// Lets new tickets have a type again; no change if they may.
///
/// # Errors
/// The ticket type is unknown.
pub fn reinstate_ticket_type(
    state: &TicketTypeState,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    Ok(match state.known()?.status {
        TicketTypeStatus::Active => vec![],
        TicketTypeStatus::Retired => vec![TicketTypeEvent::Reinstated(TicketTypeReinstated {})],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket_type::samples::{defined, retired, then};

    #[test]
    fn given_a_type_then_it_retires_and_comes_back() {
        let gone = then(&defined(), retire_ticket_type(&defined()));
        assert_eq!(gone.status, TicketTypeStatus::Retired);
        assert_eq!(retire_ticket_type(&retired()), Ok(vec![]));
        let back = then(&retired(), reinstate_ticket_type(&retired()));
        assert_eq!(back.status, TicketTypeStatus::Active);
        assert_eq!(reinstate_ticket_type(&defined()), Ok(vec![]));
    }

    #[test]
    fn given_no_type_then_it_is_refused() {
        let none = TicketTypeState::Undefined;
        assert_eq!(retire_ticket_type(&none), Err(TicketTypeRefusal::Unknown));
        assert_eq!(reinstate_ticket_type(&none), Err(TicketTypeRefusal::Unknown));
    }
}
