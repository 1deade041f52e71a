//! The one table of moves between statuses.

use super::values::Status;

/// What a move from one status to another means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The same status: nothing happens.
    Unchanged,
    /// From work to work: no clock is touched.
    Work,
    /// From work to resolved: sets `resolved_at`.
    Resolve,
    /// From resolved to closed: sets `closed_at`, keeps `resolved_at`.
    Close,
    /// From work straight to closed, which counts as resolved too: sets both.
    ResolveAndClose,
    /// From closed back to resolved: no new work, so `resolved_at` stays and `closed_at` goes.
    Unclose,
    /// From resolved or closed back to work: clears both and counts.
    Reopen,
}

/// Every move, row by status before and column by status after, in the order of [`Status::ALL`].
pub const TRANSITIONS: [[Transition; 5]; 5] = {
    use Transition::{Close, Reopen, Resolve, ResolveAndClose, Unchanged, Unclose, Work};
    [
        // open, in_progress, waiting_customer, resolved, closed
        [Unchanged, Work, Work, Resolve, ResolveAndClose], // open
        [Work, Unchanged, Work, Resolve, ResolveAndClose], // in_progress
        [Work, Work, Unchanged, Resolve, ResolveAndClose], // waiting_customer
        [Reopen, Reopen, Reopen, Unchanged, Close],        // resolved
        [Reopen, Reopen, Reopen, Unclose, Unchanged],      // closed
    ]
};

/// What the move means.
pub fn transition(from: Status, to: Status) -> Transition {
    // Both are in bounds: a test holds the table as wide as the list of statuses.
    TRANSITIONS[from as usize][to as usize]
}
