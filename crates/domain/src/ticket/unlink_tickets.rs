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
