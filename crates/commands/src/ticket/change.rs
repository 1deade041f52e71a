//! Changes to one ticket as they come from outside, and how they become commands.

use domain::ticket::{
    AddTags, AssignTicket, Change, ChangeStatus, CommentOnTicket, DeleteTicket, EditTicketInput,
    RemoveTags, RestoreTicket, SetTags, Status, Ticket, TicketCommand, TicketEvent, TicketState,
    UnassignTicket, UnwatchTicket, WatchTicket,
};
use domain::{CommentId, ExternalId, Tag, Text, TicketId, UserId};
use eventstore::Claim;

use super::form_errors::FormErrors;
use super::planned::{Planned, attached, decide_planned};
use super::{Assignee, NewComment};
use crate::core::{Commands, Decision, EXTERNAL_ID, MaxAge, Target, derived};
use crate::file::{NewFile, claim_attached};
use crate::{CommandError, Committed, Context};

/// How often data is judged anew because the ticket has got another form meanwhile.
const FORMS: u32 = 4;

/// A change to one ticket. People are named as outside, and looked up when it is carried out.
#[derive(Debug, Clone)]
pub enum TicketChange {
    /// Changes fields.
    Edit(Box<EditTicketInput>),
    /// Gives it to somebody.
    Assign(Assignee),
    /// Takes it from who has it.
    Unassign,
    /// Moves it to another status.
    ChangeStatus {
        /// The new status.
        status: Status,
        /// Why.
        reason: Option<Text>,
    },
    /// Puts tags on it.
    AddTags(Vec<Tag>),
    /// Takes tags off it.
    RemoveTags(Vec<Tag>),
    /// Gives it exactly these tags.
    SetTags(Vec<Tag>),
    /// Comments on it.
    Comment(NewComment),
    /// Makes a user watch it.
    Watch(UserId),
    /// Makes a user no longer watch it.
    Unwatch(UserId),
    /// Attaches files, whose contents are in the store already.
    AttachFiles(Vec<NewFile>),
    /// Deletes it.
    Delete {
        /// Why.
        reason: Option<Text>,
    },
    /// Brings it back after a deletion.
    Restore,
}

impl TicketChange {
    /// A field of a partial update that names the assignee.
    pub fn assignment(change: Change<Assignee>) -> Option<Self> {
        match change {
            Change::Keep => None,
            Change::Set(assignee) => Some(Self::Assign(assignee)),
            Change::Clear => Some(Self::Unassign),
        }
    }
}

impl Commands {
    /// Carries out several changes to one ticket in one append: all or none.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Invalid`], [`CommandError::BadForm`],
    /// [`CommandError::ExternalIdTaken`], or the refusal of the first change that is refused.
    pub async fn change_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        changes: Vec<TicketChange>,
    ) -> Result<Committed<TicketState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        let mut forms = 1;
        loop {
            let planned = self.planned(ctx, ticket, changes.clone()).await?;
            let has_form = planned.iter().any(|planned| matches!(planned, Planned::Data(_)));
            let at = self.ambient().now();
            let result = self
                .execute(ctx, Target::Existing(&[ticket.uuid()]), |states| {
                    let state: &TicketState = &states[0].state;
                    let mut decision = Decision::of(decide_planned(state, &planned, at)?);
                    self.move_external_id(ticket, state, &mut decision);
                    claim_attached(&mut decision);
                    Ok(decision)
                })
                .await;
            if !matches!(result, Err(CommandError::Contended)) || !has_form || forms == FORMS {
                return result;
            }
            forms += 1;
        }
    }

    /// Looks up who is named and what data is judged by, and parses what was not.
    ///
    /// # Errors
    /// What is wrong with the fields and the form data, all of it together.
    pub(crate) async fn planned(
        &self,
        ctx: &Context,
        ticket: TicketId,
        changes: Vec<TicketChange>,
    ) -> Result<Vec<Planned>, CommandError> {
        let mut commands = Vec::with_capacity(changes.len());
        let mut errors = FormErrors::default();
        for change in changes {
            let made = match change {
                TicketChange::Edit(input) => self.edit_commands(*input, &mut errors).await,
                TicketChange::Assign(assignee) => {
                    let assignee = self.assignable(&assignee).await;
                    assignee
                        .map(|user| vec![TicketCommand::Assign(AssignTicket { assignee: user })])
                }
                TicketChange::Comment(comment) => {
                    let comment = self.comment_command(ctx, ticket, comment).await?;
                    Ok(vec![TicketCommand::Comment(comment)])
                }
                TicketChange::Watch(watcher) => {
                    self.user(watcher).await?.ok_or(CommandError::NotFound)?;
                    Ok(vec![TicketCommand::Watch(WatchTicket { watcher })])
                }
                TicketChange::Unassign => Ok(vec![TicketCommand::Unassign(UnassignTicket)]),
                TicketChange::ChangeStatus { status, reason } => {
                    Ok(vec![TicketCommand::ChangeStatus(ChangeStatus { status, reason })])
                }
                TicketChange::AddTags(tags) => Ok(vec![TicketCommand::AddTags(AddTags { tags })]),
                TicketChange::RemoveTags(tags) => {
                    Ok(vec![TicketCommand::RemoveTags(RemoveTags { tags })])
                }
                TicketChange::SetTags(tags) => Ok(vec![TicketCommand::SetTags(SetTags { tags })]),
                TicketChange::Unwatch(watcher) => {
                    Ok(vec![TicketCommand::Unwatch(UnwatchTicket { watcher })])
                }
                TicketChange::AttachFiles(files) => self.attach_commands(ctx, files).await,
                TicketChange::Delete { reason } => {
                    Ok(vec![TicketCommand::Delete(DeleteTicket { reason })])
                }
                TicketChange::Restore => Ok(vec![TicketCommand::Restore(RestoreTicket)]),
            };
            commands.extend(errors.take(made)?.unwrap_or_default());
        }
        let mut planned = Vec::with_capacity(commands.len());
        let mut seen = None;
        for command in commands {
            let TicketCommand::ChangeData(change) = command else {
                planned.push(Planned::Command(command));
                continue;
            };
            let state = match &seen {
                Some(state) => state,
                None => {
                    let loaded = self.load::<TicketState>(ticket.uuid(), MaxAge::Any).await?;
                    seen.insert(loaded.state)
                }
            };
            match self.data_edit(state.ticket(), change).await? {
                Ok(edit) => planned.extend(edit.map(|edit| Planned::Data(Box::new(edit)))),
                Err(error) => errors.add(vec![error]),
            }
        }
        if errors.is_empty() {
            return Ok(planned);
        }
        // What is wrong with the data is told with the rest.
        if let Some(ticket) = seen.as_ref().and_then(|state| state.ticket()) {
            let files = attached(&planned);
            for planned in &planned {
                if let Planned::Data(edit) = planned {
                    errors.take(edit.judge(ticket, &files))?;
                }
            }
        }
        Err(errors.into())
    }

    /// The commands of an edit. Where other fields are bad, the change of its data alone, so that what
    /// is wrong with that can be told as well.
    async fn edit_commands(
        &self,
        mut input: EditTicketInput,
        errors: &mut FormErrors,
    ) -> Result<Vec<TicketCommand>, CommandError> {
        let settings = self.settings().await?;
        let fields = match input.clone().parse(&settings) {
            Ok(commands) => return Ok(commands),
            Err(fields) => fields,
        };
        errors.add(fields);
        let (ticket_type, data) =
            (std::mem::take(&mut input.ticket_type), std::mem::take(&mut input.data));
        let data = EditTicketInput { ticket_type, data, ..EditTicketInput::default() };
        Ok(data.parse(&settings).unwrap_or_default())
    }

    pub(crate) async fn comment_command(
        &self,
        ctx: &Context,
        ticket: TicketId,
        comment: NewComment,
    ) -> Result<CommentOnTicket, CommandError> {
        let mentions = self.mentioned(comment.text.as_str()).await?;
        Ok(CommentOnTicket {
            comment_id: self.comment_id(ctx, ticket),
            author: ctx.user,
            visibility: comment.visibility,
            text: comment.text,
            mentions,
        })
    }

    /// Follows from the command, so that a repeat names the same comment.
    pub(crate) fn comment_id(&self, ctx: &Context, ticket: TicketId) -> CommentId {
        let salt = ticket.uuid();
        CommentId(derived(self.store.secrets(), ctx.command_id, "comment", salt.as_bytes()))
    }

    /// Lets go of the external id a ticket no longer has, and claims the one it has now.
    pub(crate) fn move_external_id(
        &self,
        ticket: TicketId,
        before: &TicketState,
        decision: &mut Decision<TicketEvent>,
    ) {
        let old = before.ticket().and_then(|ticket: &Ticket| ticket.external_id.as_ref());
        let last = decision.events.iter().flatten().rev().find_map(external_id_of);
        let Some(new) = last else { return };
        let new = new.clone();
        if old == new.as_ref() {
            return;
        }
        decision.releases.extend(old.map(external_id_claim));
        decision.claims.extend(new.as_ref().map(|id| (external_id_claim(id), ticket.uuid())));
    }
}

/// External ids are no personal data, so they stand as they are, and sort as they read.
pub(crate) fn external_id_claim(id: &ExternalId) -> Claim {
    Claim::plain(EXTERNAL_ID, id.as_str())
}

/// The external id after an event that sets one.
fn external_id_of(event: &TicketEvent) -> Option<&Option<ExternalId>> {
    if let TicketEvent::ExternalIdChanged(changed) = event {
        Some(&changed.external_id)
    } else if let TicketEvent::Opened(opened) = event {
        Some(&opened.external_id)
    } else {
        None
    }
}
