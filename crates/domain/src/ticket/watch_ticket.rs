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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, given, user};

    #[test]
    fn given_who_does_not_watch_then_they_watch_once() {
        let command = WatchTicket { watcher: user(4) };
        let state = given(&watch_ticket(&active(), command).unwrap());
        assert_eq!(state.ticket().unwrap().watchers, [user(4)]);
        assert_eq!(watch_ticket(&state, command), Ok(vec![]));
    }

    #[test]
    fn given_as_many_watchers_as_allowed_then_one_more_is_refused() {
        let watchers = (0..MAX_WATCHERS as u128).map(|n| WatcherAdded { watcher: user(n) });
        let full = given(&watchers.map(TicketEvent::WatcherAdded).collect::<Vec<_>>());
        let refused = watch_ticket(&full, WatchTicket { watcher: user(u128::MAX) });
        assert_eq!(refused, Err(Refusal::TooManyWatchers { max: 500 }));
    }
}
