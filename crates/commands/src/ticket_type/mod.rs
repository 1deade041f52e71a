//! Ticket types: defining and editing them, and what tickets ask of them.

mod define_ticket_type;
mod definitions;
mod edit_ticket_type;
mod named;
mod retire_ticket_type;

use domain::vocabulary::TypeName;
use eventstore::Claim;

use crate::core::TICKET_TYPE_NAME;

pub(crate) use definitions::Forms;
pub(crate) use named::TypeNames;

/// Names that differ in nothing but case are one. A retired type keeps its name.
fn name_claim(name: &TypeName) -> Claim {
    Claim::plain(TICKET_TYPE_NAME, name.as_str().to_lowercase())
}
