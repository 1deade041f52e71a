//! Opening a ticket.

use domain::TicketId;
use domain::ticket::{
    FormData, OpenTicket, OpenTicketInput, TicketCommand, TicketDraft, TicketState, parse_data,
};
use domain::vocabulary::TypeName;

use super::TicketChange;
use super::form::Files;
use super::form_errors::FormErrors;
use super::planned::{Planned, decide_planned};
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
    /// [`CommandError::Invalid`], [`CommandError::BadForm`], or [`CommandError::ExternalIdTaken`].
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
        let mut errors = FormErrors::default();
        let draft = errors.take(self.new_draft(input, files_of(&then)).await)?;
        let then = errors.take(self.planned(ctx, ticket, then).await)?;
        let (Some(draft), Some(then)) = (draft, then) else { return Err(errors.into()) };
        let at = ctx.occurred_at.unwrap_or_else(|| self.ambient().now());
        let mut number = self.next_number(at).await?;
        for _ in 0..NUMBERS {
            let open = OpenTicket { number, opened_by: ctx.user, draft: draft.clone() };
            let mut planned = vec![Planned::Command(TicketCommand::Open(Box::new(open)))];
            planned.extend(then.iter().cloned());
            let result = self
                .execute(ctx, Target::New(ticket.uuid()), |states| {
                    let state: &TicketState = &states[0].state;
                    let mut decision = Decision::of(decide_planned(state, &planned, at)?);
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

    /// The fields of a new ticket, its data as its type has it.
    ///
    /// # Errors
    /// What is wrong with the fields and the form data, all of it together.
    pub(crate) async fn new_draft(
        &self,
        input: OpenTicketInput,
        files: Files,
    ) -> Result<TicketDraft, CommandError> {
        let settings = self.settings().await?;
        let typed = typed_part(&input);
        let mut errors = FormErrors::default();
        let draft = input.parse(&settings);
        let filled = match &typed {
            Some((name, data)) => self.fill_in_new(name, data.as_ref(), files).await?,
            None => Ok(None),
        };
        match (draft, filled) {
            (Ok(draft), Ok(None)) => Ok(draft),
            (Ok(draft), Ok(Some(filled))) => Ok(filled.into_draft(draft)),
            (draft, filled) => {
                errors.add(draft.err().unwrap_or_default());
                errors.join(filled.err().unwrap_or_default());
                Err(errors.into())
            }
        }
    }
}

/// The files that come with a ticket.
fn files_of(then: &[TicketChange]) -> Files {
    let files = then.iter().filter_map(|change| match change {
        TicketChange::AttachFiles(files) => Some(files),
        TicketChange::Edit(_)
        | TicketChange::Assign(_)
        | TicketChange::Unassign
        | TicketChange::ChangeStatus { .. }
        | TicketChange::AddTags(_)
        | TicketChange::RemoveTags(_)
        | TicketChange::SetTags(_)
        | TicketChange::Comment(_)
        | TicketChange::Watch(_)
        | TicketChange::Unwatch(_)
        | TicketChange::Delete { .. }
        | TicketChange::Restore => None,
    });
    files.flatten().map(|file| (file.file_id, file.content_type.clone())).collect()
}

/// The type and the data of a new ticket, when other fields of it are bad; none, if there is no type.
fn typed_part(input: &OpenTicketInput) -> Option<(TypeName, Option<FormData>)> {
    let name = TypeName::parse(input.ticket_type.as_deref()?).ok()?;
    let data = input.data.clone().map(parse_data).transpose().ok()?;
    Some((name, data))
}
