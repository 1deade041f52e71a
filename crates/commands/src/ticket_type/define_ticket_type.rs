//! Defining a ticket type.

use domain::ticket_type::{TicketTypeForm, TicketTypeState, define_ticket_type};

use super::name_claim;
use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Defines a ticket type, active at once, with the first version of its form.
    ///
    /// # Errors
    /// [`CommandError::BadTicketType`], or [`CommandError::NameTaken`].
    pub async fn define_ticket_type(
        &self,
        ctx: &Context,
        form: &TicketTypeForm,
    ) -> Result<Committed<TicketTypeState>, CommandError> {
        let draft = form.parse().map_err(CommandError::BadTicketType)?;
        let id = self.ambient().uuid_v7();
        self.execute(ctx, Target::New(id), |states| {
            let state: &TicketTypeState = &states[0].state;
            let mut decision = Decision::of(define_ticket_type(state, draft.clone())?);
            decision.claims.push((name_claim(&draft.name), id));
            Ok(decision)
        })
        .await
    }
}
