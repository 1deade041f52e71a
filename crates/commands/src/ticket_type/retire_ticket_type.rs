//! Retiring a ticket type and reinstating it.

use domain::TicketTypeId;
use domain::ticket_type::{TicketTypeState, reinstate_ticket_type, retire_ticket_type};

use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Lets no new ticket have a type. It keeps its name, and its tickets go on.
    ///
    /// # Errors
    /// [`CommandError::NotFound`].
    pub async fn retire_ticket_type(
        &self,
        ctx: &Context,
        ticket_type: TicketTypeId,
    ) -> Result<Committed<TicketTypeState>, CommandError> {
        self.execute(ctx, Target::Existing(&[ticket_type.uuid()]), |states| {
            Ok(Decision::of(retire_ticket_type(&states[0].state)?))
        })
        .await
    }

    /// Lets new tickets have a type again.
    ///
    /// # Errors
    /// [`CommandError::NotFound`].
    pub async fn reinstate_ticket_type(
        &self,
        ctx: &Context,
        ticket_type: TicketTypeId,
    ) -> Result<Committed<TicketTypeState>, CommandError> {
        self.execute(ctx, Target::Existing(&[ticket_type.uuid()]), |states| {
            Ok(Decision::of(reinstate_ticket_type(&states[0].state)?))
        })
        .await
    }
}
