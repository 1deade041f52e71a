//! What is known of a ticket type, folded from the events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::definition::{Definition, Field, Labels, Texts};
use super::events::TicketTypeEvent;
use super::key::FieldId;
use super::parse::TicketTypeDraft;
use super::refusal::TicketTypeRefusal;
use super::values::{FieldKind, TicketTypeStatus};
use crate::Timestamp;
use crate::personal::Personal;
use crate::vocabulary::TypeName;

/// Where a ticket type's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum TicketTypeState {
    /// There is no such ticket type.
    #[default]
    Undefined,
    /// There is; whether active or retired is its `status`.
    Defined(Box<TicketType>),
}

/// A ticket type as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketType {
    /// What tickets and filters call it.
    pub name: TypeName,
    /// What people read instead of the name.
    pub title: Option<Labels>,
    /// What it is for.
    pub description: Option<Personal<Texts>>,
    /// The version of the form, from 1.
    pub version: u32,
    /// What that version asks for.
    pub definition: Definition,
    /// The fields of all versions, each with the one kind it has.
    pub kinds: BTreeMap<FieldId, FieldKind>,
    /// Whether new tickets may have it.
    pub status: TicketTypeStatus,
    /// When it was first defined.
    pub defined_at: Timestamp,
    /// When it last changed; never goes back.
    pub updated_at: Timestamp,
}

impl TicketType {
    /// What export writes and the current version consists of.
    pub fn draft(&self) -> TicketTypeDraft {
        TicketTypeDraft {
            name: self.name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            definition: self.definition.clone(),
        }
    }
}

impl TicketTypeState {
    /// The ticket type, active or retired, unless there is none.
    pub fn ticket_type(&self) -> Option<&TicketType> {
        match self {
            Self::Undefined => None,
            Self::Defined(ticket_type) => Some(ticket_type),
        }
    }

    /// The ticket type, active or retired.
    ///
    /// # Errors
    /// There is none.
    pub fn known(&self) -> Result<&TicketType, TicketTypeRefusal> {
        self.ticket_type().ok_or(TicketTypeRefusal::Unknown)
    }

    /// The ticket type if active.
    ///
    /// # Errors
    /// There is none, or it is retired.
    pub fn active(&self) -> Result<&TicketType, TicketTypeRefusal> {
        let ticket_type = self.known()?;
        match ticket_type.status {
            TicketTypeStatus::Active => Ok(ticket_type),
            TicketTypeStatus::Retired => Err(TicketTypeRefusal::Retired),
        }
    }
}

/// The form of version `version`, from all events of the ticket type in their order; none if there
/// is no such version.
pub fn form_of_version<'a>(
    events: impl IntoIterator<Item = &'a TicketTypeEvent>,
    version: u32,
) -> Option<&'a Definition> {
    events.into_iter().find_map(|event| match event {
        TicketTypeEvent::Defined(e) => (version == 1).then_some(&e.definition),
        TicketTypeEvent::Revised(e) => (version == e.version).then_some(&e.definition),
        TicketTypeEvent::Renamed(_)
        | TicketTypeEvent::Described(_)
        | TicketTypeEvent::Retired(_)
        | TicketTypeEvent::Reinstated(_) => None,
    })
}

/// The state after `event`, which happened at `at`. Total.
#[must_use]
pub fn evolve(state: TicketTypeState, event: &TicketTypeEvent, at: Timestamp) -> TicketTypeState {
    match state {
        TicketTypeState::Undefined => {
            // Any other event before the definition has no type to change.
            let TicketTypeEvent::Defined(defined) = event else {
                return TicketTypeState::Undefined;
            };
            TicketTypeState::Defined(Box::new(TicketType {
                name: defined.name.clone(),
                title: defined.title.clone(),
                description: defined.description.clone(),
                version: 1,
                definition: defined.definition.clone(),
                kinds: kinds_of(&defined.definition).collect(),
                status: TicketTypeStatus::Active,
                defined_at: at,
                updated_at: at,
            }))
        }
        TicketTypeState::Defined(mut ticket_type) => {
            ticket_type.apply(event, at);
            TicketTypeState::Defined(ticket_type)
        }
    }
}

impl TicketType {
    fn apply(&mut self, event: &TicketTypeEvent, at: Timestamp) {
        self.updated_at = self.updated_at.max(at);
        match event {
            TicketTypeEvent::Defined(_) => {}
            TicketTypeEvent::Revised(e) => {
                self.version = e.version;
                self.definition = e.definition.clone();
                self.kinds.extend(kinds_of(&e.definition));
            }
            TicketTypeEvent::Renamed(e) => self.name = e.name.clone(),
            TicketTypeEvent::Described(e) => {
                self.title = e.title.clone();
                self.description = e.description.clone();
            }
            TicketTypeEvent::Retired(_) => self.status = TicketTypeStatus::Retired,
            TicketTypeEvent::Reinstated(_) => self.status = TicketTypeStatus::Active,
        }
    }
}

fn kinds_of(definition: &Definition) -> impl Iterator<Item = (FieldId, FieldKind)> {
    definition.fields.iter().map(|field: &Field| (field.id.clone(), field.kind()))
}
