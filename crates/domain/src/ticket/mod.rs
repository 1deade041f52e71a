//! The ticket: its events, its state, and one file per capability.

mod event_types;
pub mod events;
mod fields;
mod state;
mod ticket_file;
mod ticket_form;
mod transitions;
mod values;

mod add_tags;
mod assign_ticket;
mod attach_file;
mod categorise_ticket;
mod change;
mod change_customer;
mod change_data;
mod change_department;
mod change_description;
mod change_external_id;
mod change_priority;
mod change_source;
mod change_status;
mod change_subject;
mod command;
mod comment_on_ticket;
mod delete_ticket;
mod edit_ticket;
mod link_tickets;
mod merge_tickets;
mod move_image;
mod open_ticket;
mod remove_file;
mod remove_tags;
mod rename_file;
mod restore_ticket;
mod set_tags;
mod unassign_ticket;
mod unlink_tickets;
mod unmerge_tickets;
mod unwatch_ticket;
mod watch_ticket;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod table_test;

pub use add_tags::{AddTags, add_tags};
pub use assign_ticket::{AssignTicket, assign_ticket};
pub use attach_file::{AttachFile, attach_file};
pub use categorise_ticket::{CategoriseTicket, categorise_ticket};
pub use change::Change;
pub use change_customer::{ChangeCustomer, change_customer};
pub use change_data::{ChangeData, change_data};
pub use change_department::{ChangeDepartment, change_department};
pub use change_description::{ChangeDescription, change_description};
pub use change_external_id::{ChangeExternalId, change_external_id};
pub use change_priority::{ChangePriority, change_priority};
pub use change_source::{ChangeSource, change_source};
pub use change_status::{ChangeStatus, change_status};
pub use change_subject::{ChangeSubject, change_subject};
pub use command::{TicketCommand, decide};
pub use comment_on_ticket::{CommentOnTicket, comment_on_ticket};
pub use delete_ticket::{DeleteTicket, delete_ticket};
pub use edit_ticket::EditTicketInput;
pub use events::{Customer, FileAttached, FilledForm, TicketEvent};
pub use fields::{
    FormData, MAX_TAGS, parse_category, parse_comment, parse_customer_id, parse_customer_name,
    parse_data, parse_description, parse_device, parse_file_name, parse_reason, parse_subject,
    parse_tags,
};
pub use link_tickets::{LinkTickets, MAX_LINKS, link_tickets};
pub use merge_tickets::{MergeEvents, MergeTickets, merge_tickets};
pub use move_image::{MoveImage, move_image};
pub use open_ticket::{OpenTicket, OpenTicketInput, TicketDraft, open_ticket};
pub use remove_file::{RemoveFile, remove_file};
pub use remove_tags::{RemoveTags, remove_tags};
pub use rename_file::{RenameFile, rename_file};
pub use restore_ticket::{RestoreTicket, restore_ticket};
pub use set_tags::{SetTags, set_tags};
pub use state::{Link, Ticket, TicketState, evolve};
pub use ticket_file::TicketFile;
pub use ticket_form::{TicketForm, joined_data};
pub use transitions::{TRANSITIONS, Transition, transition};
pub use unassign_ticket::{UnassignTicket, unassign_ticket};
pub use unlink_tickets::{UnlinkTickets, unlink_tickets};
pub use unmerge_tickets::{UnmergeTickets, unmerge_tickets};
pub use unwatch_ticket::{UnwatchTicket, unwatch_ticket};
pub(crate) use values::choice;
pub use values::{FileRole, LinkKind, Priority, Source, Status, Visibility};
pub use watch_ticket::{MAX_WATCHERS, WatchTicket, watch_ticket};
