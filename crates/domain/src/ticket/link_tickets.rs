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
