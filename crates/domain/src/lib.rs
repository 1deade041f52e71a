//! The rules of the ticket desk: pure, synchronous, without I/O.
//!
//! - [`ticket`], [`user`], [`work_role`], [`settings`]: the aggregates. Each has its events, a state
//!   folded from them by a total `evolve`, and one file per capability with the command and the
//!   decision `verb(&state, command) -> Result<Vec<Event>, Refusal>`. No events means that the
//!   command was already applied.
//! - [`workflow`], [`task`], [`rotation`]: the way of a ticket step by step, and who does each step;
//!   aggregates as well, with refusals of their own.
//! - [`mod@file`]: what machines found in a file on a ticket.
//! - [`ticket_type`]: the forms that tickets are filled in with, and whether data fits them.
//! - [`calendar`]: working hours, and arithmetic in open time; [`sla`]: policies, the clocks of a ticket
//!   and what is told of them, what-if.
//! - [`audit`]: what people did that is no change of an aggregate.
//! - [`personal`], [`vocabulary`], [`ids`]: the three kinds of text an event may hold.
//! - [`event`]: how an event becomes JSON and comes back, old versions included; [`schema`]: its
//!   JSON Schema.
//! - [`field`], [`text`], [`email`]: parsing of input, with one typed error per bad field.
//!
//! Time, ids and facts from elsewhere are arguments.

pub mod audit;
pub mod calendar;
pub mod email;
pub mod event;
#[cfg(test)]
mod event_test;
pub mod field;
pub mod file;
pub mod ids;
mod list;
pub mod personal;
pub mod refusal;
pub mod rotation;
pub mod schema;
#[cfg(test)]
mod schema_test;
pub mod settings;
pub mod sla;
pub mod task;
pub mod text;
pub mod ticket;
pub mod ticket_type;
pub mod user;
pub mod vocabulary;
pub mod work_role;
pub mod workflow;

pub use email::EmailAddress;
pub use event::{DecodeError, DomainEvent};
pub use field::{FieldError, FieldErrorKind};
pub use ids::{
    CalendarId, CommentId, ExternalId, FileId, ReadingId, RequestId, RoleId, SlaPolicyId, TaskId,
    TicketId, TicketNumber, TicketTypeId, TokenId, UserId, WorkflowId,
};
pub use personal::Personal;
pub use refusal::Refusal;
pub use settings::{Limits, Settings};
pub use text::Text;
pub use vocabulary::{Category, Department, FeatureName, RoleName, Subcategory, Tag, TypeName};

/// A moment in UTC, to the microsecond. Whoever makes one truncates it.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
