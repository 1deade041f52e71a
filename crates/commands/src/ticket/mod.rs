//! What can be done with tickets; one file per capability.

mod assign_ticket;
mod bad_data;
mod bulk;
mod change;
mod change_status;
mod comment_on_ticket;
mod delete_ticket;
mod edit_ticket;
pub(crate) mod form;
pub(crate) mod form_errors;
mod link_tickets;
mod merge_tickets;
mod open_ticket;
mod planned;
mod reference;
mod restore_ticket;
mod tags;
mod unmerge_tickets;
mod watch_ticket;

pub use bulk::{BulkItem, BulkResult};
pub use change::TicketChange;
pub use comment_on_ticket::{Commented, NewComment};
pub use reference::{Assignee, TicketRef};

pub(crate) use change::external_id_claim;
pub(crate) use planned::decide_all;
