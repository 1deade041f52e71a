//! What can happen to a ticket type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definition::{Definition, Labels, Texts};
use crate::event::DomainEvent;
use crate::personal::Personal;
use crate::vocabulary::TypeName;

/// An event of a ticket type's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum TicketTypeEvent {
    /// It was defined: its version 1; always the first event.
    #[serde(rename = "ticket_type.defined")]
    Defined(Box<TicketTypeDefined>),
    /// Its form changed: a new version.
    #[serde(rename = "ticket_type.revised")]
    Revised(Box<TicketTypeRevised>),
    /// It got another name.
    #[serde(rename = "ticket_type.renamed")]
    Renamed(TicketTypeRenamed),
    /// It got another title or description.
    #[serde(rename = "ticket_type.described")]
    Described(TicketTypeDescribed),
    /// No new ticket may have it.
    #[serde(rename = "ticket_type.retired")]
    Retired(TicketTypeRetired),
    /// New tickets may have it again.
    #[serde(rename = "ticket_type.reinstated")]
    Reinstated(TicketTypeReinstated),
}

/// Data of `ticket_type.defined`. The version is 1, the status active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketTypeDefined {
    /// What tickets and filters call it.
    pub name: TypeName,
    /// What people read instead of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Labels>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal<Texts>>,
    /// What it asks for.
    pub definition: Definition,
}

/// Data of `ticket_type.revised`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketTypeRevised {
    /// The new version: one more than before.
    pub version: u32,
    /// All that it asks for from now on.
    pub definition: Definition,
}

/// Data of `ticket_type.renamed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketTypeRenamed {
    /// The new name.
    pub name: TypeName,
}

/// Data of `ticket_type.described`: both new texts, absent for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketTypeDescribed {
    /// What people read instead of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Labels>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal<Texts>>,
}

/// Data of `ticket_type.retired`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketTypeRetired {}

/// Data of `ticket_type.reinstated`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketTypeReinstated {}

impl DomainEvent for TicketTypeEvent {
    const KIND: &'static str = "ticket_type";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("ticket_type.defined", 1),
        ("ticket_type.revised", 1),
        ("ticket_type.renamed", 1),
        ("ticket_type.described", 1),
        ("ticket_type.retired", 1),
        ("ticket_type.reinstated", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Defined(_) => "ticket_type.defined",
            Self::Revised(_) => "ticket_type.revised",
            Self::Renamed(_) => "ticket_type.renamed",
            Self::Described(_) => "ticket_type.described",
            Self::Retired(_) => "ticket_type.retired",
            Self::Reinstated(_) => "ticket_type.reinstated",
        }
    }
}
