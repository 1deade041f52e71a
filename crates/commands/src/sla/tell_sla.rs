//! Bringing what is told of a ticket's clocks in line with the ticket.

use domain::{TicketId, Timestamp};

use crate::core::Commands;
use crate::{CommandError, Context};

/// How the clocks of a ticket stand, just after they were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The next instant after which something is to be told if nothing happens; none if nothing will
    /// be.
    pub next_at: Option<Timestamp>,
    /// Whether a clock runs or stands still, so that what happens to the ticket matters to it.
    pub is_live: bool,
    /// The version of the clocks' stream, for [`Commands::set_timer`]; 0 when none was ever started.
    pub version: i32,
}

impl Commands {
    /// Tells what is due about a ticket's clocks.
    pub async fn tell_sla(&self, _ctx: &Context, _ticket: TicketId) -> Result<Told, CommandError> {
        Err(CommandError::Internal("not built yet"))
    }
}
