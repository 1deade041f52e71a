//! Ticket types.

use chrono::{DateTime, Utc};
use domain::TicketTypeId;
use domain::ticket_type::{
    Definition, FieldForm, SectionForm, TicketType, TicketTypeDraft, TicketTypeForm,
};
use projections::TicketTypeRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ticket_type_form::{FieldFormBody, SectionFormBody, TicketTypeFormBody};

/// A ticket type: its form, and what Docket adds to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketTypeBody {
    /// The ticket type.
    pub(crate) id: Uuid,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
    /// The version of its sections and fields, from 1. A ticket stays with the one it was filled in with.
    pub(crate) definition_version: u32,
    /// `active`, or `retired`: new tickets cannot have it.
    pub(crate) status: &'static str,
    #[serde(flatten)]
    #[schema(value_type = TicketTypeFormBody)]
    pub(crate) form: TicketTypeForm,
    /// When it was first defined.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// How many tickets have it, in whatever version, without deleted and merged ones; where it was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) tickets: Option<i64>,
}

/// The sections and fields of a ticket type in one of its versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketTypeVersionBody {
    /// The ticket type.
    pub(crate) id: Uuid,
    /// The version of its sections and fields.
    pub(crate) definition_version: u32,
    /// The headings.
    #[schema(value_type = Vec<SectionFormBody>)]
    pub(crate) sections: Vec<SectionForm>,
    /// The fields.
    #[schema(value_type = Vec<FieldFormBody>)]
    pub(crate) fields: Vec<FieldForm>,
}

impl TicketTypeBody {
    /// A ticket type as the record itself says.
    pub(crate) fn of_ticket_type(id: TicketTypeId, version: i32, ticket_type: &TicketType) -> Self {
        Self {
            id: id.uuid(),
            version,
            definition_version: ticket_type.version,
            status: ticket_type.status.as_str(),
            form: TicketTypeForm::of(&ticket_type.draft()),
            created_at: ticket_type.defined_at,
            updated_at: ticket_type.updated_at,
            tickets: None,
        }
    }

    /// A ticket type as the views have it.
    pub(crate) fn of_row(row: TicketTypeRow) -> Self {
        let draft = TicketTypeDraft {
            name: row.name,
            title: row.title,
            description: row.description,
            definition: row.definition,
        };
        Self {
            id: row.id.uuid(),
            version: row.version,
            definition_version: row.definition_version,
            status: row.status.as_str(),
            form: TicketTypeForm::of(&draft),
            created_at: row.created_at,
            updated_at: row.updated_at,
            tickets: Some(row.tickets),
        }
    }
}

impl TicketTypeVersionBody {
    /// A version of a ticket type.
    pub(crate) fn new(ticket_type: TicketTypeRow, version: u32, definition: Definition) -> Self {
        let draft = TicketTypeDraft {
            name: ticket_type.name,
            title: ticket_type.title,
            description: ticket_type.description,
            definition,
        };
        let TicketTypeForm { sections, fields, .. } = TicketTypeForm::of(&draft);
        Self { id: ticket_type.id.uuid(), definition_version: version, sections, fields }
    }
}
