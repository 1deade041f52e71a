//! Changes to one ticket as they come from outside, and how they become commands.

use domain::ticket::{
    AddTags, AssignTicket, Change, ChangeStatus, CommentOnTicket, DeleteTicket, EditTicketInput,
    RemoveTags, RestoreTicket, SetTags, Status, Ticket, TicketCommand, TicketEvent, TicketState,
    UnassignTicket, UnwatchTicket, WatchTicket, decide,
};
use domain::{CommentId, ExternalId, Tag, Text, TicketId, Timestamp, UserId};
use eventstore::Claim;

use super::{Assignee, NewComment};
use crate::core::{Commands, Decision, EXTERNAL_ID, Target, derived};
use crate::file::{NewFile, claim_attached};
use crate::{CommandError, Committed, Context};

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
    /// [`CommandError::NotFound`], [`CommandError::Invalid`], [`CommandError::ExternalIdTaken`], or
    /// the refusal of the first change that is refused.
    pub async fn change_ticket(
        &self,
        ctx: &Context,
        ticket: TicketId,
        changes: Vec<TicketChange>,
    ) -> Result<Committed<TicketState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        let commands = self.commands_for(ctx, ticket, changes).await?;
        let at = self.ambient().now();
        self.execute(ctx, Target::Existing(&[ticket.uuid()]), |states| {
            let state: &TicketState = &states[0].state;
            let mut decision = Decision::of(decide_all(state, &commands, at)?);
            self.move_external_id(ticket, state, &mut decision);
            claim_attached(&mut decision);
            Ok(decision)
        })
        .await
    }

    /// Looks up who is named, and parses what was not.
    pub(crate) async fn commands_for(
        &self,
        ctx: &Context,
        ticket: TicketId,
        changes: Vec<TicketChange>,
    ) -> Result<Vec<TicketCommand>, CommandError> {
        let mut commands = Vec::with_capacity(changes.len());
        let mut bad_fields = Vec::new();
        for change in changes {
            let made = match change {
                TicketChange::Edit(input) => {
                    let settings = self.settings().await?;
                    (*input).parse(&settings).map_err(CommandError::Invalid)
                }
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
            match made {
                Ok(made) => commands.extend(made),
                Err(CommandError::Invalid(fields)) => bad_fields.extend(fields),
                Err(error) => return Err(error),
            }
        }
        if bad_fields.is_empty() { Ok(commands) } else { Err(CommandError::Invalid(bad_fields)) }
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

/// Decides one command after the other, each on the state that the ones before it leave.
pub(crate) fn decide_all(
    state: &TicketState,
    commands: &[TicketCommand],
    at: Timestamp,
) -> Result<Vec<TicketEvent>, CommandError> {
    match commands {
        // Nothing to be done is said only of a ticket that can be worked on.
        [] => state.active().map(|_ticket| Vec::new()).map_err(CommandError::from),
        [only] => Ok(decide(state, only.clone())?),
        several => {
            let mut events = Vec::new();
            let mut state = state.clone();
            for command in several {
                let next = decide(&state, command.clone())?;
                state = state.evolved(&next, at);
                events.extend(next);
            }
            Ok(events)
        }
    }
}
