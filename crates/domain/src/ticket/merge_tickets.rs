//! Merging a ticket into another.

use super::events::{Absorbed, MergedInto, TicketEvent};
use super::state::TicketState;
use crate::ids::TicketId;
use crate::refusal::Refusal;
use crate::text::Text;

/// Merges the ticket `source` into the ticket `target`, which goes on for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeTickets {
    /// The ticket that goes.
    pub source: TicketId,
    /// The ticket that stays.
    pub target: TicketId,
    /// Why, in a person's words.
    pub reason: Option<Text>,
}

/// What happens to each of the two tickets; to be appended together or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MergeEvents {
    /// Events of the ticket that goes or comes back.
    pub source: Vec<TicketEvent>,
    /// Events of the ticket that stays.
    pub target: Vec<TicketEvent>,
}

/// Merges a ticket into another. Both keep their own history; tickets that were merged into the
/// source stay merged into it. Repeating the merge is no change.
///
/// # Errors
/// Either ticket is unknown, deleted or merged (the source into another target), they are one and
/// the same, or the target was merged into the source.
pub fn merge_tickets(
    source: &TicketState,
    target: &TicketState,
    command: MergeTickets,
) -> Result<MergeEvents, Refusal> {
    if command.source == command.target {
        return Err(Refusal::MergeWithItself);
    }
    match source {
        TicketState::Unopened => return Err(Refusal::TicketUnknown),
        TicketState::Deleted { .. } => return Err(Refusal::TicketDeleted),
        TicketState::Merged { into, .. } if *into == command.target => {
            return Ok(MergeEvents::default());
        }
        TicketState::Merged { into, .. } => return Err(Refusal::TicketMerged { into: *into }),
        TicketState::Active { .. } => {}
    }
    match target {
        TicketState::Unopened => return Err(Refusal::MergeTargetUnknown),
        TicketState::Deleted { .. } => return Err(Refusal::MergeTargetDeleted),
        // Only an active ticket can be a target, so this is the only way to close a circle.
        TicketState::Merged { into, .. } if *into == command.source => {
            return Err(Refusal::MergeCycle);
        }
        TicketState::Merged { into, .. } => {
            return Err(Refusal::MergeTargetMerged { into: *into });
        }
        TicketState::Active { .. } => {}
    }
    let reason = command.reason.map(Text::into_personal);
    Ok(MergeEvents {
        source: vec![TicketEvent::MergedInto(MergedInto { into: command.target, reason })],
        target: vec![TicketEvent::Absorbed(Absorbed { ticket: command.source })],
    })
}
