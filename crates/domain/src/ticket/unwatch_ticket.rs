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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{busy, then, user};

    #[test]
    fn given_who_watches_then_they_no_longer_do() {
        let events = unwatch_ticket(&busy(), UnwatchTicket { watcher: user(3) });
        assert_eq!(then(&busy(), events).watchers, []);
    }

    #[test]
    fn given_who_does_not_watch_then_nothing_happens() {
        assert_eq!(unwatch_ticket(&busy(), UnwatchTicket { watcher: user(4) }), Ok(vec![]));
    }
}
