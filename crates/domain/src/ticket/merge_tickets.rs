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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, at, busy, deleted, given, merged_into, text, ticket_id};

    fn merge(source: &TicketState, target: &TicketState) -> Result<MergeEvents, Refusal> {
        let reason = Some(text("same outage"));
        merge_tickets(
            source,
            target,
            MergeTickets { source: ticket_id(1), target: ticket_id(2), reason },
        )
    }

    #[test]
    fn given_two_active_tickets_then_one_goes_into_the_other() {
        let events = merge(&active(), &busy()).unwrap();
        let source = active().evolved(&events.source, at(60));
        let target = busy().evolved(&events.target, at(60));
        assert_eq!(source.active(), Err(Refusal::TicketMerged { into: ticket_id(2) }));
        assert_eq!(target.active().unwrap().merged_from, [ticket_id(1)]);
        assert_eq!(merge(&source, &target), Ok(MergeEvents::default()), "again is no change");
    }

    #[test]
    fn given_one_and_the_same_then_it_is_refused() {
        let command = MergeTickets { source: ticket_id(1), target: ticket_id(1), reason: None };
        assert_eq!(merge_tickets(&active(), &active(), command), Err(Refusal::MergeWithItself));
    }

    #[test]
    fn given_the_target_went_into_the_source_then_it_is_refused() {
        assert_eq!(merge(&active(), &merged_into(1)), Err(Refusal::MergeCycle));
    }

    #[test]
    fn given_a_source_that_is_not_active_then_it_is_refused() {
        assert_eq!(merge(&TicketState::Unopened, &active()), Err(Refusal::TicketUnknown));
        assert_eq!(merge(&deleted(), &active()), Err(Refusal::TicketDeleted));
        let refused = Refusal::TicketMerged { into: ticket_id(3) };
        assert_eq!(merge(&merged_into(3), &active()), Err(refused));
    }

    #[test]
    fn given_a_target_that_is_not_active_then_it_is_refused() {
        assert_eq!(merge(&active(), &TicketState::Unopened), Err(Refusal::MergeTargetUnknown));
        assert_eq!(merge(&active(), &deleted()), Err(Refusal::MergeTargetDeleted));
        let refused = Refusal::MergeTargetMerged { into: ticket_id(3) };
        assert_eq!(merge(&active(), &merged_into(3)), Err(refused));
    }

    #[test]
    fn given_a_source_with_merged_tickets_then_a_chain_is_allowed() {
        let absorbed = TicketEvent::Absorbed(Absorbed { ticket: ticket_id(4) });
        assert!(merge(&given(&[absorbed]), &active()).is_ok());
    }
}
