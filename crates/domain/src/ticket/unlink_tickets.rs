//! Taking a link off a ticket.

use super::events::{TicketEvent, Unlinked};
use super::state::{Link, TicketState};
use crate::refusal::Refusal;

/// Takes a link off a ticket. The other side of the link is a command of its own, with the kind
/// reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnlinkTickets {
    /// The link.
    pub link: Link,
}

/// Takes a link off a ticket; a link it does not have is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn unlink_tickets(
    state: &TicketState,
    command: UnlinkTickets,
) -> Result<Vec<TicketEvent>, Refusal> {
    if !state.active()?.links.contains(&command.link) {
        return Ok(vec![]);
    }
    let Link { kind, ticket } = command.link;
    Ok(vec![TicketEvent::Unlinked(Unlinked { kind, ticket })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::LinkKind;
    use crate::ticket::samples::{busy, then, ticket_id};

    #[test]
    fn given_a_link_then_it_goes() {
        let link = Link { kind: LinkKind::Related, ticket: ticket_id(5) };
        let events = unlink_tickets(&busy(), UnlinkTickets { link });
        assert_eq!(then(&busy(), events).links, []);
    }

    #[test]
    fn given_a_link_of_another_kind_then_nothing_happens() {
        let link = Link { kind: LinkKind::Parent, ticket: ticket_id(5) };
        assert_eq!(unlink_tickets(&busy(), UnlinkTickets { link }), Ok(vec![]));
    }
}
