//! Linking a ticket to another.

use super::events::{Linked, TicketEvent};
use super::state::{Link, TicketState};
use crate::ids::TicketId;
use crate::refusal::Refusal;

/// The greatest number of links of a ticket.
pub const MAX_LINKS: usize = 500;

/// Links a ticket to another, which exists. The other side of the link is a command of its own,
/// with the kind reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkTickets {
    /// The ticket that is to hold the link.
    pub holder: TicketId,
    /// The link.
    pub link: Link,
}

/// Links a ticket to another; a link it has is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged, has too many links, or would be linked to itself.
pub fn link_tickets(
    state: &TicketState,
    command: LinkTickets,
) -> Result<Vec<TicketEvent>, Refusal> {
    let links = &state.active()?.links;
    let Link { kind, ticket } = command.link;
    if ticket == command.holder {
        return Err(Refusal::LinkWithItself);
    }
    if links.contains(&command.link) {
        return Ok(vec![]);
    }
    if links.len() >= MAX_LINKS {
        return Err(Refusal::TooManyLinks { max: MAX_LINKS });
    }
    Ok(vec![TicketEvent::Linked(Linked { kind, ticket })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::LinkKind;
    use crate::ticket::samples::{busy, given, then, ticket_id};

    fn link(kind: LinkKind, n: u128) -> LinkTickets {
        LinkTickets { holder: ticket_id(1), link: Link { kind, ticket: ticket_id(n) } }
    }

    #[test]
    fn given_another_kind_to_the_same_ticket_then_it_is_a_link_of_its_own() {
        let ticket = then(&busy(), link_tickets(&busy(), link(LinkKind::Duplicate, 5)));
        let kinds: Vec<_> = ticket.links.iter().map(|link| link.kind).collect();
        assert_eq!(kinds, [LinkKind::Related, LinkKind::Duplicate]);
    }

    #[test]
    fn given_the_same_link_then_nothing_happens() {
        assert_eq!(link_tickets(&busy(), link(LinkKind::Related, 5)), Ok(vec![]));
    }

    #[test]
    fn given_the_ticket_itself_then_it_is_refused() {
        let refused = link_tickets(&busy(), link(LinkKind::Related, 1));
        assert_eq!(refused, Err(Refusal::LinkWithItself));
    }

    #[test]
    fn given_as_many_links_as_allowed_then_one_more_is_refused() {
        let linked = |n| Linked { kind: LinkKind::Related, ticket: ticket_id(n) };
        let links = (10..10 + MAX_LINKS as u128).map(|n| TicketEvent::Linked(linked(n)));
        let full = given(&links.collect::<Vec<_>>());
        let refused = link_tickets(&full, link(LinkKind::Parent, 2));
        assert_eq!(refused, Err(Refusal::TooManyLinks { max: 500 }));
    }
}
