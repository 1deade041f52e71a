//! All commands on one ticket.

use super::add_tags::{AddTags, add_tags};
use super::assign_ticket::{AssignTicket, assign_ticket};
use super::attach_file::{AttachFile, attach_file};
use super::categorise_ticket::{CategoriseTicket, categorise_ticket};
use super::change_customer::{ChangeCustomer, change_customer};
use super::change_data::{ChangeData, change_data};
use super::change_department::{ChangeDepartment, change_department};
use super::change_description::{ChangeDescription, change_description};
use super::change_external_id::{ChangeExternalId, change_external_id};
use super::change_priority::{ChangePriority, change_priority};
use super::change_source::{ChangeSource, change_source};
use super::change_status::{ChangeStatus, change_status};
use super::change_subject::{ChangeSubject, change_subject};
use super::comment_on_ticket::{CommentOnTicket, comment_on_ticket};
use super::delete_ticket::{DeleteTicket, delete_ticket};
use super::events::TicketEvent;
use super::link_tickets::{LinkTickets, link_tickets};
use super::move_image::{MoveImage, move_image};
use super::open_ticket::{OpenTicket, open_ticket};
use super::remove_file::{RemoveFile, remove_file};
use super::remove_tags::{RemoveTags, remove_tags};
use super::rename_file::{RenameFile, rename_file};
use super::restore_ticket::{RestoreTicket, restore_ticket};
use super::set_tags::{SetTags, set_tags};
use super::state::TicketState;
use super::unassign_ticket::{UnassignTicket, unassign_ticket};
use super::unlink_tickets::{UnlinkTickets, unlink_tickets};
use super::unwatch_ticket::{UnwatchTicket, unwatch_ticket};
use super::watch_ticket::{WatchTicket, watch_ticket};
use crate::refusal::Refusal;

/// A command on one ticket. Merging and unmerging concern two, so they are not among these.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the command by the same name")]
pub enum TicketCommand {
    Open(Box<OpenTicket>),
    ChangeSubject(ChangeSubject),
    ChangeDescription(ChangeDescription),
    Categorise(CategoriseTicket),
    ChangeDepartment(ChangeDepartment),
    ChangePriority(ChangePriority),
    ChangeStatus(ChangeStatus),
    ChangeExternalId(ChangeExternalId),
    ChangeData(ChangeData),
    ChangeCustomer(ChangeCustomer),
    ChangeSource(ChangeSource),
    Assign(AssignTicket),
    Unassign(UnassignTicket),
    AddTags(AddTags),
    RemoveTags(RemoveTags),
    SetTags(SetTags),
    Comment(CommentOnTicket),
    Watch(WatchTicket),
    Unwatch(UnwatchTicket),
    Link(LinkTickets),
    Unlink(UnlinkTickets),
    AttachFile(Box<AttachFile>),
    RenameFile(RenameFile),
    RemoveFile(RemoveFile),
    MoveImage(MoveImage),
    Delete(DeleteTicket),
    Restore(RestoreTicket),
}

impl TicketCommand {
    /// The capability this is, as the permission table calls it.
    pub fn capability(&self) -> &'static str {
        match self {
            Self::Open(_) => "open_ticket",
            Self::ChangeSubject(_) => "change_subject",
            Self::ChangeDescription(_) => "change_description",
            Self::Categorise(_) => "categorise_ticket",
            Self::ChangeDepartment(_) => "change_department",
            Self::ChangePriority(_) => "change_priority",
            Self::ChangeStatus(_) => "change_status",
            Self::ChangeExternalId(_) => "change_external_id",
            Self::ChangeData(_) => "change_data",
            Self::ChangeCustomer(_) => "change_customer",
            Self::ChangeSource(_) => "change_source",
            Self::Assign(_) => "assign_ticket",
            Self::Unassign(_) => "unassign_ticket",
            Self::AddTags(_) => "add_tags",
            Self::RemoveTags(_) => "remove_tags",
            Self::SetTags(_) => "set_tags",
            Self::Comment(_) => "comment_on_ticket",
            Self::Watch(_) => "watch_ticket",
            Self::Unwatch(_) => "unwatch_ticket",
            Self::Link(_) => "link_tickets",
            Self::Unlink(_) => "unlink_tickets",
            Self::AttachFile(_) => "attach_files",
            Self::RenameFile(_) => "rename_file",
            Self::RemoveFile(_) => "remove_file",
            Self::MoveImage(_) => "move_image",
            Self::Delete(_) => "delete_ticket",
            Self::Restore(_) => "restore_ticket",
        }
    }
}

/// Decides whichever command it is.
///
/// # Errors
/// What the decision refuses.
pub fn decide(state: &TicketState, command: TicketCommand) -> Result<Vec<TicketEvent>, Refusal> {
    match command {
        TicketCommand::Open(command) => open_ticket(state, *command),
        TicketCommand::ChangeSubject(command) => change_subject(state, command),
        TicketCommand::ChangeDescription(command) => change_description(state, command),
        TicketCommand::Categorise(command) => categorise_ticket(state, command),
        TicketCommand::ChangeDepartment(command) => change_department(state, command),
        TicketCommand::ChangePriority(command) => change_priority(state, command),
        TicketCommand::ChangeStatus(command) => change_status(state, command),
        TicketCommand::ChangeExternalId(command) => change_external_id(state, command),
        TicketCommand::ChangeData(command) => change_data(state, command),
        TicketCommand::ChangeCustomer(command) => change_customer(state, command),
        TicketCommand::ChangeSource(command) => change_source(state, command),
        TicketCommand::Assign(command) => assign_ticket(state, command),
        TicketCommand::Unassign(command) => unassign_ticket(state, command),
        TicketCommand::AddTags(command) => add_tags(state, command),
        TicketCommand::RemoveTags(command) => remove_tags(state, command),
        TicketCommand::SetTags(command) => set_tags(state, command),
        TicketCommand::Comment(command) => comment_on_ticket(state, command),
        TicketCommand::Watch(command) => watch_ticket(state, command),
        TicketCommand::Unwatch(command) => unwatch_ticket(state, command),
        TicketCommand::Link(command) => link_tickets(state, command),
        TicketCommand::Unlink(command) => unlink_tickets(state, command),
        TicketCommand::AttachFile(command) => attach_file(state, *command),
        TicketCommand::RenameFile(command) => rename_file(state, command),
        TicketCommand::RemoveFile(command) => remove_file(state, command),
        TicketCommand::MoveImage(command) => move_image(state, command),
        TicketCommand::Delete(command) => delete_ticket(state, command),
        TicketCommand::Restore(command) => restore_ticket(state, command),
    }
}
