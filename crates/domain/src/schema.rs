//! JSON Schemas of all events.

use schemars::{Schema, generate::SchemaSettings};

use crate::audit::AuditEvent;
use crate::calendar::CalendarEvent;
use crate::event::DomainEvent;
use crate::file::FileEvent;
use crate::rotation::RotationEvent;
use crate::settings::SettingsEvent;
use crate::sla::{SlaEvent, SlaPolicyEvent};
use crate::task::TaskEvent;
use crate::ticket::TicketEvent;
use crate::ticket_type::TicketTypeEvent;
use crate::user::UserEvent;
use crate::work_role::WorkRoleEvent;
use crate::workflow::WorkflowEvent;

/// The schema of one event type's data, personal values under their marker as after opening.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSchema {
    /// The kind of stream it stands in, such as `ticket`.
    pub kind: &'static str,
    /// The event type, such as `ticket.opened`.
    pub event_type: &'static str,
    /// The version of the data.
    pub version: i16,
    /// The JSON Schema (2020-12) of the data, without references.
    pub schema: Schema,
}

/// The schemas of every event type of every kind of stream, in the order of their enums.
pub fn event_schemas() -> Vec<EventSchema> {
    let mut schemas = Vec::new();
    schemas.extend(schemas_of::<TicketEvent>());
    schemas.extend(schemas_of::<UserEvent>());
    schemas.extend(schemas_of::<WorkRoleEvent>());
    schemas.extend(schemas_of::<SettingsEvent>());
    schemas.extend(schemas_of::<AuditEvent>());
    schemas.extend(schemas_of::<WorkflowEvent>());
    schemas.extend(schemas_of::<TaskEvent>());
    schemas.extend(schemas_of::<RotationEvent>());
    schemas.extend(schemas_of::<CalendarEvent>());
    schemas.extend(schemas_of::<SlaPolicyEvent>());
    schemas.extend(schemas_of::<SlaEvent>());
    schemas.extend(schemas_of::<TicketTypeEvent>());
    schemas.extend(schemas_of::<FileEvent>());
    schemas
}

/// The schemas of the events of one kind of stream.
pub fn schemas_of<E: DomainEvent>() -> Vec<EventSchema> {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let tagged = settings.into_generator().into_root_schema_for::<E>();
    let variants = tagged.get("oneOf").and_then(|variants| variants.as_array());
    let variant_of = |event_type: &str| {
        variants
            .into_iter()
            .flatten()
            .find(|variant| {
                variant.pointer("/properties/type/const").is_some_and(|t| t == event_type)
            })
            .and_then(|variant| variant.pointer("/properties/data").cloned())
            .and_then(|data| Schema::try_from(data).ok())
    };
    E::TYPES
        .iter()
        .map(|&(event_type, version)| EventSchema {
            kind: E::KIND,
            event_type,
            version,
            // A test finds every type; `false` admits nothing.
            schema: variant_of(event_type).unwrap_or_else(|| Schema::from(false)),
        })
        .collect()
}
