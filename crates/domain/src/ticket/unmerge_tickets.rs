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

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    use crate::ticket::events::{Absorbed, Deleted, MergedInto};
    use crate::ticket::samples::{active, at, deleted, given, merged_into, ticket_id};

    const COMMAND: UnmergeTickets = UnmergeTickets {
        source: TicketId(Uuid::from_u128(1)),
        target: TicketId(Uuid::from_u128(2)),
    };

    fn absorbed() -> TicketEvent {
        TicketEvent::Absorbed(Absorbed { ticket: ticket_id(1) })
    }

    #[test]
    fn given_a_merged_ticket_then_it_comes_back_as_it_was() {
        let events = unmerge_tickets(&merged_into(2), &given(&[absorbed()]), COMMAND).unwrap();
        let source = merged_into(2).evolved(&events.source, at(60));
        let target = given(&[absorbed()]).evolved(&events.target, at(60));
        assert!(source.active().unwrap().subject.is("No signal"));
        assert_eq!(target.active().unwrap().merged_from, []);
    }

    #[test]
    fn given_a_target_deleted_or_merged_since_then_it_still_comes_back() {
        let delete = TicketEvent::Deleted(Deleted { reason: None });
        let merge = TicketEvent::MergedInto(MergedInto { into: ticket_id(3), reason: None });
        for since in [delete, merge] {
            let target = given(&[absorbed(), since]);
            let events = unmerge_tickets(&merged_into(2), &target, COMMAND).unwrap();
            assert_eq!((events.source.len(), events.target.len()), (1, 1));
            assert_eq!(target.evolved(&events.target, at(60)).ticket().unwrap().merged_from, []);
        }
    }

    #[test]
    fn given_a_ticket_that_is_not_merged_into_the_target_then_it_is_refused() {
        let refused =
            |source: &TicketState| unmerge_tickets(source, &active(), COMMAND).unwrap_err();
        assert_eq!(refused(&TicketState::Unopened), Refusal::TicketUnknown);
        assert_eq!(refused(&active()), Refusal::TicketNotMerged);
        assert_eq!(refused(&deleted()), Refusal::TicketDeleted);
        let elsewhere = Refusal::TicketMergedElsewhere { into: ticket_id(3) };
        assert_eq!(refused(&merged_into(3)), elsewhere);
    }
}
