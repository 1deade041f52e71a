//! Linking tickets, and taking a link off. Each of the two holds its side of the link.

use domain::TicketId;
use domain::ticket::{
    Link, LinkKind, LinkTickets, TicketState, UnlinkTickets, link_tickets, unlink_tickets,
};

use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Links `ticket` to `other`, which is `kind` to it; both get their side in one append.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], also for the other, or a refusal of either side.
    pub async fn link_tickets(
        &self,
        ctx: &Context,
        ticket: TicketId,
        kind: LinkKind,
        other: TicketId,
    ) -> Result<Committed<TicketState>, CommandError> {
        let link = Link { kind, ticket: other };
        if ticket == other {
            return Err(CommandError::Refused(domain::Refusal::LinkWithItself));
        }
        let back = Link { kind: kind.reversed(), ticket };
        self.execute(ctx, Target::Existing(&[ticket.uuid(), other.uuid()]), |states| {
            let here: &TicketState = &states[0].state;
            let there: &TicketState = &states[1].state;
            Ok(Decision::of_many(vec![
                link_tickets(here, LinkTickets { holder: ticket, link })?,
                link_tickets(there, LinkTickets { holder: other, link: back })?,
            ]))
        })
        .await
    }

    /// Takes the links of these kinds off both tickets. The other may be deleted or merged meanwhile:
    /// then its side stays with it.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal.
    pub async fn unlink_tickets(
        &self,
        ctx: &Context,
        ticket: TicketId,
        kinds: &[LinkKind],
        other: TicketId,
    ) -> Result<Committed<TicketState>, CommandError> {
        if ticket == other {
            return Err(CommandError::Refused(domain::Refusal::LinkWithItself));
        }
        self.execute(ctx, Target::Existing(&[ticket.uuid(), other.uuid()]), |states| {
            let here: &TicketState = &states[0].state;
            let there: &TicketState = &states[1].state;
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for kind in kinds {
                let link = Link { kind: *kind, ticket: other };
                let back = Link { kind: kind.reversed(), ticket };
                ours.extend(unlink_tickets(here, UnlinkTickets { link })?);
                theirs.extend(
                    unlink_tickets(there, UnlinkTickets { link: back }).unwrap_or_default(),
                );
            }
            Ok(Decision::of_many(vec![ours, theirs]))
        })
        .await
    }
}
