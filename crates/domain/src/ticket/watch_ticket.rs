//! Watching a ticket.

use super::events::{TicketEvent, WatcherAdded};
use super::state::TicketState;
use crate::ids::UserId;
use crate::refusal::Refusal;

/// The greatest number of watchers of a ticket.
pub const MAX_WATCHERS: usize = 500;

/// Makes a user watch a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchTicket {
    /// Who is to watch, and exists.
    pub watcher: UserId,
}

/// Makes a user watch a ticket; who watches already is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged, or has too many watchers.
pub fn watch_ticket(
    state: &TicketState,
    command: WatchTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    let watchers = &state.active()?.watchers;
    let watcher = command.watcher;
    if watchers.contains(&watcher) {
        return Ok(vec![]);
    }
    if watchers.len() >= MAX_WATCHERS {
        return Err(Refusal::TooManyWatchers { max: MAX_WATCHERS });
    }
    Ok(vec![TicketEvent::WatcherAdded(WatcherAdded { watcher })])
}
