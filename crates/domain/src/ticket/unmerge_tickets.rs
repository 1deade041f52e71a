//! Taking a ticket out of the one it was merged into.

use super::events::{Released, TicketEvent, Unmerged};
use super::merge_tickets::MergeEvents;
use super::state::TicketState;
use crate::ids::TicketId;
use crate::refusal::Refusal;

/// Takes the ticket `source` out of the ticket `target` it was merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnmergeTickets {
    /// The ticket that comes back.
    pub source: TicketId,
    /// The ticket it was merged into.
    pub target: TicketId,
}

/// Takes a ticket out of the one it was merged into. The target's own state does not matter: a
/// merge can be undone though the target was deleted, or merged further, since.
///
/// # Errors
/// The source is unknown, deleted, not merged, or merged into another ticket than the target.
pub fn unmerge_tickets(
    source: &TicketState,
    target: &TicketState,
    command: UnmergeTickets,
) -> Result<MergeEvents, Refusal> {
    match source {
        TicketState::Unopened => Err(Refusal::TicketUnknown),
        TicketState::Active { .. } => Err(Refusal::TicketNotMerged),
        TicketState::Deleted { .. } => Err(Refusal::TicketDeleted),
        TicketState::Merged { into, .. } if *into != command.target => {
            Err(Refusal::TicketMergedElsewhere { into: *into })
        }
        TicketState::Merged { .. } => {
            let holds = target.ticket().is_some_and(|t| t.merged_from.contains(&command.source));
            let released = TicketEvent::Released(Released { ticket: command.source });
            Ok(MergeEvents {
                source: vec![TicketEvent::Unmerged(Unmerged { from: command.target })],
                target: if holds { vec![released] } else { vec![] },
            })
        }
    }
}
