//! Why a command on a ticket type is not allowed as things stand.

use super::key::FieldId;
use super::values::FieldKind;

/// Why a command was refused. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketTypeRefusal {
    /// There is no such ticket type.
    #[error("There is no such ticket type.")]
    Unknown,
    /// The ticket type was defined before.
    #[error("The ticket type has been defined already.")]
    AlreadyDefined,
    /// The ticket type is retired.
    #[error("The ticket type is retired. Reinstate it first.")]
    Retired,
    /// A field would change its kind, which filters across versions rely on.
    #[error(
        "The field {field} is of the kind {kind} in every version. Give the new one another id."
    )]
    FieldKindChanged {
        /// The field.
        field: FieldId,
        /// The kind it has.
        kind: FieldKind,
    },
}

impl TicketTypeRefusal {
    /// The refusal as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "ticket_type_unknown",
            Self::AlreadyDefined => "ticket_type_already_defined",
            Self::Retired => "ticket_type_retired",
            Self::FieldKindChanged { .. } => "field_kind_changed",
        }
    }
}
