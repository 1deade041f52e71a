//! Doing what a clock at risk, or a breach, sets off.

use domain::TicketId;

use crate::core::Commands;
use crate::{CommandError, Context};

impl Commands {
    /// Does what is due.
    pub async fn escalate_sla(
        &self,
        _ctx: &Context,
        _ticket: TicketId,
    ) -> Result<usize, CommandError> {
        Err(CommandError::Internal("not built yet"))
    }
}
