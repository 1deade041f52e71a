//! Opening a ticket.

use domain::TicketId;
use domain::ticket::{OpenTicket, OpenTicketInput, TicketCommand, TicketState};

use super::{TicketChange, decide_all};
use crate::core::{Commands, Decision, Target, number_claim};
use crate::file::claim_attached;
use crate::{CommandError, Committed, Context};

/// How often another number is tried when the first was used already.
const NUMBERS: u32 = 4;

impl Commands {
    /// Opens a ticket under a new number, and carries out what is to happen to it at once (a client
    /// may name an assignee or a status already), in one append.
    ///
    /// # Errors
    /// [`CommandError::Invalid`], or [`CommandError::ExternalIdTaken`].
    pub async fn open_ticket(
        &self,
        ctx: &Context,
        input: OpenTicketInput,
        then: Vec<TicketChange>,
    ) -> Result<Committed<TicketState>, CommandError> {
        self.open_ticket_as(ctx, self.new_ticket_id(), input, then).await
    }

    /// The same under an id that was chosen before, by [`new_ticket_id`](Self::new_ticket_id): the
    /// contents of its files lie under it already.
    ///
    /// # Errors
    /// As of [`open_ticket`](Self::open_ticket).
    pub async fn open_ticket_as(
        &self,
        ctx: &Context,
        ticket: TicketId,
        input: OpenTicketInput,
        then: Vec<TicketChange>,
    ) -> Result<Committed<TicketState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        let settings = self.settings().await?;
        let draft = input.parse(&settings).map_err(CommandError::Invalid);
        let then = self.commands_for(ctx, ticket, then).await;
        let (draft, then) = both(draft, then)?;
        let at = ctx.occurred_at.unwrap_or_else(|| self.ambient().now());
        let mut number = self.next_number(at).await?;
        for _ in 0..NUMBERS {
            let open = OpenTicket { number, opened_by: ctx.user, draft: draft.clone() };
            let mut commands = vec![TicketCommand::Open(Box::new(open))];
            commands.extend(then.iter().cloned());
            let result = self
                .execute(ctx, Target::New(ticket.uuid()), |states| {
                    let state: &TicketState = &states[0].state;
                    let mut decision = Decision::of(decide_all(state, &commands, at)?);
                    decision.claims.push((number_claim(number), ticket.uuid()));
                    self.move_external_id(ticket, state, &mut decision);
                    claim_attached(&mut decision);
                    Ok(decision)
                })
                .await;
            if !matches!(result, Err(CommandError::Contended)) {
                return result;
            }
            // The number was used, as when the schema `work` was lost; or two identifiers of the
            // customer were being joined by somebody else, which another number does not hurt.
            self.skip_used_numbers(number.year).await?;
            number = self.next_number(at).await?;
        }
        Err(CommandError::Contended)
    }
}

/// Both results, or the bad fields of both.
fn both<A, B>(
    a: Result<A, CommandError>,
    b: Result<B, CommandError>,
) -> Result<(A, B), CommandError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(CommandError::Invalid(mut fields)), Err(CommandError::Invalid(more))) => {
            fields.extend(more);
            Err(CommandError::Invalid(fields))
        }
        (Err(error), Ok(_) | Err(_)) | (Ok(_), Err(error)) => Err(error),
    }
}
