//! Merging a ticket into another.

use domain::ticket::{MergeTickets, TicketState, merge_tickets};
use domain::{Refusal, Text, TicketId};

use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Merges `source` into `target`, which goes on for both; one append for the two. Answers the
    /// source.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] for the source, or a refusal.
    pub async fn merge_tickets(
        &self,
        ctx: &Context,
        source: TicketId,
        target: TicketId,
        reason: Option<Text>,
    ) -> Result<Committed<TicketState>, CommandError> {
        if source == target {
            return Err(CommandError::Refused(Refusal::MergeWithItself));
        }
        let command = MergeTickets { source, target, reason };
        self.execute(ctx, Target::Existing(&[source.uuid(), target.uuid()]), |states| {
            let here: &TicketState = &states[0].state;
            let there: &TicketState = &states[1].state;
            let events = merge_tickets(here, there, command.clone())?;
            Ok(Decision::of_many(vec![events.source, events.target]))
        })
        .await
    }
}
