//! Making a ticket type what a form says.

use domain::TicketTypeId;
use domain::ticket_type::{TicketTypeForm, TicketTypeState, edit_ticket_type};

use super::name_claim;
use crate::core::{Commands, Decision, MaxAge, Target, Versioned};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Makes a ticket type what a form says. Another form is its next version; tickets stay with the
    /// version that they were filled in with.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::BadTicketType`], [`CommandError::NameTaken`], or a
    /// refusal: it is retired and another one, or a field would change its kind.
    pub async fn edit_ticket_type(
        &self,
        ctx: &Context,
        ticket_type: TicketTypeId,
        form: &TicketTypeForm,
    ) -> Result<Committed<TicketTypeState>, CommandError> {
        let draft = form.parse().map_err(CommandError::BadTicketType)?;
        let edited = self
            .execute(ctx, Target::Existing(&[ticket_type.uuid()]), |states| {
                let state: &TicketTypeState = &states[0].state;
                let mut decision = Decision::of(edit_ticket_type(state, draft.clone())?);
                let (old, new) = (name_claim(&state.known()?.name), name_claim(&draft.name));
                if old != new {
                    decision.releases.push(old);
                    decision.claims.push((new, ticket_type.uuid()));
                }
                Ok(decision)
            })
            .await?;
        // One that was called so before may be another now.
        self.type_names.clear();
        Ok(edited)
    }

    /// A ticket type as it is now, active or retired; none when there is no such type.
    ///
    /// # Errors
    /// The store's.
    pub async fn ticket_type(
        &self,
        ticket_type: TicketTypeId,
    ) -> Result<Option<Versioned<TicketTypeState>>, CommandError> {
        self.forget_erased().await?;
        let loaded = self.load::<TicketTypeState>(ticket_type.uuid(), MaxAge::Now).await?;
        Ok(loaded.state.ticket_type().is_some().then_some(loaded))
    }

    /// A ticket type as its export has it, and the version of its record; none when there is no such
    /// type.
    ///
    /// # Errors
    /// The store's.
    pub async fn ticket_type_form(
        &self,
        ticket_type: TicketTypeId,
    ) -> Result<Option<(TicketTypeForm, i32)>, CommandError> {
        let Some(loaded) = self.ticket_type(ticket_type).await? else { return Ok(None) };
        let current = loaded.state.ticket_type();
        Ok(current.map(|current| (TicketTypeForm::of(&current.draft()), loaded.version)))
    }
}
