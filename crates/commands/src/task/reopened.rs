//! Whether a ticket came back to work after its task had ended.

use domain::event::DomainEvent;
use domain::task::{CancelReason, Progress};
use domain::ticket::{self, TicketEvent, TicketState};
use domain::workflow::TicketFacts;
use domain::{TaskId, TicketId};

use crate::CommandError;
use crate::core::Commands;

/// Whether people are to work on the ticket.
pub(super) fn is_open(state: &TicketState) -> bool {
    match state {
        TicketState::Active { ticket } => !ticket.status.is_finished(),
        TicketState::Unopened | TicketState::Deleted { .. } | TicketState::Merged { .. } => false,
    }
}

/// Whether another task is to take the place of one that ended so, whatever became of the ticket.
pub(super) fn is_to_be_replaced(progress: &Progress) -> bool {
    matches!(progress, Progress::Cancelled { why: CancelReason::Restarted })
}

impl Commands {
    /// Whether the ticket was reopened, restored or unmerged after the end of the task. Both are
    /// found by their places in the log: times of events that were moved in say nothing.
    pub(super) async fn reopened_after(
        &self,
        ticket: TicketId,
        task: TaskId,
    ) -> Result<bool, CommandError> {
        let events = self.store.read_stream(task.uuid(), 0).await?;
        let ends = |name: &str| ENDS.contains(&name);
        let ended = events.iter().find(|event| ends(&event.event_type)).map(|event| event.position);
        Ok(self.last_opening(ticket).await? > ended)
    }

    /// Whether what matching looks at in the ticket is another than when the task was opened, or the
    /// ticket has come back to work since: another workflow alone calls no task off.
    pub(super) async fn is_to_be_matched_anew(
        &self,
        ticket: TicketId,
        task: TaskId,
    ) -> Result<bool, CommandError> {
        let events = self.store.read_stream(task.uuid(), 0).await?;
        let matched_at = events.first().map(|event| event.position);
        let facts = |state: &TicketState| state.ticket().map(TicketFacts::from);
        let (mut then, mut now, mut opening) = (None, None, None);
        self.replay_ticket(ticket, |position, before, after| {
            now = facts(after);
            if Some(position) < matched_at {
                then = facts(after);
            }
            if !is_open(before) && is_open(after) {
                opening = Some(position);
            }
        })
        .await?;
        Ok(then != now || opening > matched_at)
    }

    /// Where the ticket last came to be open, at first or again.
    async fn last_opening(&self, ticket: TicketId) -> Result<Option<i64>, CommandError> {
        let mut opening = None;
        self.replay_ticket(ticket, |position, before, after| {
            if !is_open(before) && is_open(after) {
                opening = Some(position);
            }
        })
        .await?;
        Ok(opening)
    }

    /// Shows each event of a ticket: its position, and the ticket before and after it.
    async fn replay_ticket(
        &self,
        ticket: TicketId,
        mut show: impl FnMut(i64, &TicketState, &TicketState) + Send,
    ) -> Result<(), CommandError> {
        let stored = self.read_own::<TicketState>(ticket.uuid(), 0).await?;
        let mut state = TicketState::default();
        for opened in self.store.open_events(stored).await? {
            let (name, schema) = (&opened.event_type, opened.schema_version);
            let event = TicketEvent::from_parts(name, schema, opened.data)?;
            let before = state.clone();
            state = ticket::evolve(state, &event, opened.occurred_at);
            show(opened.position, &before, &state);
        }
        Ok(())
    }
}

/// The types of the events that end a task.
const ENDS: [&str; 2] = ["task.completed", "task.cancelled"];

#[cfg(test)]
mod tests {
    use domain::task::TaskEvent;

    use super::*;

    #[test]
    fn there_are_such_events() {
        for end in ENDS {
            assert!(TaskEvent::TYPES.iter().any(|(name, _)| *name == end));
        }
    }
}
