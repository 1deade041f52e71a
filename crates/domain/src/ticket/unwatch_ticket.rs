//! No longer watching a ticket.

use super::events::{TicketEvent, WatcherRemoved};
use super::state::TicketState;
use crate::ids::UserId;
use crate::refusal::Refusal;

/// Makes a user no longer watch a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnwatchTicket {
    /// Who is no longer to watch.
    pub watcher: UserId,
}

/// Makes a user no longer watch a ticket; who does not watch is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn unwatch_ticket(
    state: &TicketState,
    command: UnwatchTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    let watcher = command.watcher;
    if !state.active()?.watchers.contains(&watcher) {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::WatcherRemoved(WatcherRemoved { watcher })])
}
