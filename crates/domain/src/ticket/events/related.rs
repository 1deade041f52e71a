//! What a ticket is to others, and whether it is there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::TicketId;
use crate::personal::Personal;
use crate::ticket::values::LinkKind;

/// Data of `ticket.linked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Linked {
    /// What the other ticket is to this one.
    pub kind: LinkKind,
    /// The other ticket.
    pub ticket: TicketId,
}

/// Data of `ticket.unlinked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unlinked {
    /// What the other ticket was to this one.
    pub kind: LinkKind,
    /// The other ticket.
    pub ticket: TicketId,
}

/// Data of `ticket.merged_into`, in the stream of the ticket that goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MergedInto {
    /// The ticket that stays.
    pub into: TicketId,
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Data of `ticket.absorbed`, in the stream of the ticket that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Absorbed {
    /// The ticket that went.
    pub ticket: TicketId,
}

/// Data of `ticket.unmerged`, in the stream of the ticket that comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unmerged {
    /// The ticket it was merged into.
    pub from: TicketId,
}

/// Data of `ticket.released`, in the stream of the ticket that stayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The ticket that came back.
    pub ticket: TicketId,
}

/// Data of `ticket.deleted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deleted {
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Data of `ticket.restored`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {}
