//! The write side: load, decide, append. It never reads a view.
//!
//! [`Commands`] holds every capability as one method of its own name, in a file of its own name:
//!
//! | module | what it holds |
//! |---|---|
//! | [`ticket`] | opening, editing, assigning, commenting, merging … and many at once |
//! | [`mod@file`] | files of tickets, and what machines find in them |
//! | [`workflow`], [`task`] | ways that tickets go, and the steps that people and systems do |
//! | [`sla`], `calendar` | service levels, and the clocks of tickets |
//! | [`mod@ticket_type`] | the forms that tickets are filled in with |
//! | [`timer`] | when somebody is to look again |
//! | [`user`] | accounts, passwords, API tokens, and the facts other commands ask of a user |
//! | [`session`] | signing in, refreshing, signing out |
//! | `work_role`, `settings`, [`audit`] | what their names say |
//! | [`import`] | files with many tickets |
//! | [`inbound`] | tickets that an external help desk sends |
//! | [`jobs`] | what is asked for now and done later |
//! | `core` | what all share: the cache of aggregates, the loop of load, decide and append |
//!
//! A command is told who asks and how in a [`Context`] and answers [`Committed`]. Whether the one
//! who asks may do so at all is decided before, by the caller.

pub mod audit;
mod calendar;
mod context;
mod core;
mod error;
pub mod file;
pub mod import;
pub mod inbound;
pub mod jobs;
mod rotation;
pub mod session;
mod settings;
pub mod sla;
pub mod task;
pub mod ticket;
pub mod ticket_type;
pub mod timer;
pub mod user;
mod work_role;
pub mod workflow;

pub use context::{Committed, Context};
pub use core::{Commands, CommandsConfig, Versioned, derive_command_id};
pub use error::CommandError;
pub use file::{NewFile, READ_TEXT, ReadText};
pub use session::SignedIn;
pub use task::{Alarmed, ExternalOutcome, Start, Started};
pub use ticket::{Assignee, BulkItem, BulkResult, Commented, NewComment, TicketChange, TicketRef};
pub use user::{
    API_TOKEN_PREFIX, ApiTokenCreated, AwayInput, CreateApiTokenInput, PasswordCost,
    RegisterUserInput, TokenFacts, UserEdit, UserFacts, readable_password,
};
pub use workflow::Defined;
