//! Taking a ticket out of the one it was merged into.

use domain::ticket::{TicketState, UnmergeTickets, unmerge_tickets};
use domain::{Refusal, TicketId};

use crate::core::{Commands, Decision, MaxAge, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Takes `source` out of the ticket it was merged into; one append for the two. Answers the
    /// source.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal: it is not merged.
    pub async fn unmerge_tickets(
        &self,
        ctx: &Context,
        source: TicketId,
    ) -> Result<Committed<TicketState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        let now = self.load::<TicketState>(source.uuid(), MaxAge::Now).await?;
        let target = match &*now.state {
            TicketState::Merged { into, .. } => *into,
            TicketState::Unopened => return Err(CommandError::NotFound),
            TicketState::Active { .. } => return Err(Refusal::TicketNotMerged.into()),
            TicketState::Deleted { .. } => return Err(Refusal::TicketDeleted.into()),
        };
        let command = UnmergeTickets { source, target };
        self.execute(ctx, Target::Existing(&[source.uuid(), target.uuid()]), |states| {
            let here: &TicketState = &states[0].state;
            let there: &TicketState = &states[1].state;
            let events = unmerge_tickets(here, there, command)?;
            Ok(Decision::of_many(vec![events.source, events.target]))
        })
        .await
    }
}
