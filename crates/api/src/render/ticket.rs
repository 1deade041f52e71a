//! A ticket, in the shape of `/v1` and in the legacy shape.

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::ticket::{Ticket, TicketState};
use projections::{Presence, TicketItem};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TaskBrief, TicketSlaBody, UserRef, known};
use crate::conventions::Shape;

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketBody {
    /// The ticket.
    pub(crate) id: Uuid,
    /// Its number, such as `TKT-2026-000123`.
    pub(crate) ticket_id: String,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
    /// Subject; null once its customer was erased.
    pub(crate) subject: Option<String>,
    /// Description; null once its customer was erased.
    pub(crate) description: Option<String>,
    /// Category.
    pub(crate) category: Option<String>,
    /// Subcategory.
    pub(crate) subcategory: Option<String>,
    /// Department.
    pub(crate) department: Option<String>,
    /// `low`, `medium`, `high` or `urgent`.
    pub(crate) priority: String,
    /// `open`, `in_progress`, `waiting_customer`, `resolved` or `closed`.
    pub(crate) status: String,
    /// `active`, `deleted` or `merged`.
    pub(crate) state: &'static str,
    /// The ticket that goes on in the place of a merged one.
    pub(crate) merged_into: Option<Uuid>,
    /// Its id in another system.
    pub(crate) external_id: Option<String>,
    /// The name of its type.
    pub(crate) ticket_type: Option<String>,
    /// Its form data; without what is personal once its customer was erased.
    #[schema(value_type = Option<Object>)]
    pub(crate) data: Option<Map<String, Value>>,
    /// The form that its data was judged by; null when it has no type, or one that nobody defined.
    pub(crate) form: Option<FormRef>,
    /// Its customer; null when it has none.
    pub(crate) customer: Option<CustomerBody>,
    /// Tags.
    pub(crate) tags: Vec<String>,
    /// `web_form`, `email`, `api`, `chat` or `phone`.
    pub(crate) source: Option<String>,
    /// Browser.
    pub(crate) browser: Option<String>,
    /// Device type.
    pub(crate) device_type: Option<String>,
    /// The user who opened it; null without a sign-in.
    pub(crate) opened_by: Option<Uuid>,
    /// E-mail address of the assignee.
    pub(crate) assigned_to: Option<String>,
    /// The assignee.
    pub(crate) assignee: Option<UserRef>,
    /// Users who watch it.
    pub(crate) watchers: Vec<Uuid>,
    /// Links to other tickets.
    pub(crate) links: Vec<LinkBody>,
    /// How many comments it has (internal ones included).
    pub(crate) comment_count: u32,
    /// How many images it has.
    pub(crate) image_count: usize,
    /// How many other files it has.
    pub(crate) attachment_count: usize,
    /// Tickets that were merged into it.
    pub(crate) merged_from: Vec<Uuid>,
    /// When it was opened.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// When it was resolved; null once reopened.
    pub(crate) resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub(crate) closed_at: Option<DateTime<Utc>>,
    /// When somebody first answered publicly.
    pub(crate) first_response_at: Option<DateTime<Utc>>,
    /// How often it was reopened.
    pub(crate) reopened_count: u32,
    /// The task under way; null when there is none, and of a ticket as it was.
    pub(crate) task: Option<TaskBrief>,
    /// Its clocks, as last told; null without a target, and of a ticket as it was.
    pub(crate) sla: Option<TicketSlaBody>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    legacy: Option<LegacyFields>,
}

/// The form of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormRef {
    /// The ticket type.
    pub(crate) ticket_type_id: Uuid,
    /// The version of its sections and fields that the ticket was filled in with.
    pub(crate) version: u32,
}

/// A customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CustomerBody {
    /// Customer number.
    pub(crate) id: Option<String>,
    /// E-mail address.
    pub(crate) email: Option<String>,
    /// Name.
    pub(crate) name: Option<String>,
}

/// A link to another ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkBody {
    /// What the other ticket is to this one: `parent`, `child`, `duplicate` or `related`.
    pub(crate) kind: String,
    /// The other ticket.
    pub(crate) ticket: Uuid,
}

/// What a ticket carries besides for clients of the replaced systems.
#[derive(Debug, Serialize)]
struct LegacyFields {
    title: Option<String>,
    customer_id: Option<String>,
    customer_email: Option<String>,
    customer_name: Option<String>,
    employee: Option<CustomerBody>,
    metadata: LegacyMetadata,
    is_task_allocated: bool,
}

#[derive(Debug, Serialize)]
struct LegacyMetadata {
    source: Option<String>,
    browser: Option<String>,
    device_type: Option<String>,
}

/// A ticket and what stands around it.
pub(crate) struct TicketFacts<'a> {
    pub(crate) id: Uuid,
    pub(crate) version: i32,
    pub(crate) ticket: &'a Ticket,
    pub(crate) presence: Presence,
    pub(crate) assignee: Option<UserRef>,
    pub(crate) beside: Beside,
}

/// What has streams of its own and is shown with a ticket.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub(crate) task: Option<TaskBrief>,
    pub(crate) sla: Option<TicketSlaBody>,
}

/// The ticket of a state, and whether people may work on it.
pub(crate) fn present(state: &TicketState) -> Option<(&Ticket, Presence)> {
    match state {
        TicketState::Unopened => None,
        TicketState::Active { ticket } => Some((ticket, Presence::Active)),
        TicketState::Deleted { ticket } => Some((ticket, Presence::Deleted)),
        TicketState::Merged { ticket, into } => Some((ticket, Presence::Merged { into: *into })),
    }
}

impl TicketBody {
    /// A ticket of a query.
    pub(crate) fn of_item(item: TicketItem, beside: Beside, shape: Shape) -> Self {
        Self::new(
            TicketFacts {
                id: item.id.uuid(),
                version: item.version,
                ticket: &item.ticket,
                presence: item.presence,
                assignee: item.assignee.map(UserRef::from),
                beside,
            },
            shape,
        )
    }

    /// The ticket's body.
    pub(crate) fn new(facts: TicketFacts<'_>, shape: Shape) -> Self {
        let ticket = facts.ticket;
        let (state, merged_into) = match facts.presence {
            Presence::Active => ("active", None),
            Presence::Deleted => ("deleted", None),
            Presence::Merged { into } => ("merged", Some(into.uuid())),
        };
        let text = |personal: &Option<domain::Personal<String>>| personal.as_ref().and_then(known);
        let mut body = Self {
            id: facts.id,
            ticket_id: ticket.number.to_string(),
            version: facts.version,
            subject: known(&ticket.subject),
            description: known(&ticket.description),
            category: ticket.category.as_ref().map(ToString::to_string),
            subcategory: ticket.subcategory.as_ref().map(ToString::to_string),
            department: ticket.department.as_ref().map(ToString::to_string),
            priority: ticket.priority.to_string(),
            status: ticket.status.to_string(),
            state,
            merged_into,
            external_id: ticket.external_id.as_ref().map(ToString::to_string),
            ticket_type: ticket.ticket_type.as_ref().map(ToString::to_string),
            data: ticket.data.as_ref().and_then(known),
            form: ticket
                .form
                .map(|form| FormRef { ticket_type_id: form.type_id.uuid(), version: form.version }),
            customer: customer(ticket),
            tags: ticket.tags.iter().map(ToString::to_string).collect(),
            source: ticket.source.map(|source| source.to_string()),
            browser: text(&ticket.browser),
            device_type: text(&ticket.device_type),
            opened_by: ticket.opened_by.map(UserId::uuid),
            assigned_to: facts.assignee.as_ref().and_then(|user| user.email.clone()),
            assignee: facts.assignee,
            watchers: ticket.watchers.iter().map(|user| user.uuid()).collect(),
            links: ticket
                .links
                .iter()
                .map(|link| LinkBody { kind: link.kind.to_string(), ticket: link.ticket.uuid() })
                .collect(),
            comment_count: ticket.comment_count,
            image_count: ticket.images().count(),
            attachment_count: ticket.attachments().count(),
            merged_from: ticket.merged_from.iter().map(|ticket| ticket.uuid()).collect(),
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
            first_response_at: ticket.first_response_at,
            reopened_count: ticket.reopened_count,
            task: facts.beside.task,
            sla: facts.beside.sla,
            legacy: None,
        };
        if shape == Shape::Legacy {
            body.legacy = Some(body.legacy_fields());
        }
        body
    }

    fn legacy_fields(&self) -> LegacyFields {
        let customer = self.customer.as_ref();
        LegacyFields {
            title: self.subject.clone(),
            customer_id: customer.and_then(|customer| customer.id.clone()),
            customer_email: customer.and_then(|customer| customer.email.clone()),
            customer_name: customer.and_then(|customer| customer.name.clone()),
            employee: self.customer.clone(),
            metadata: LegacyMetadata {
                source: self.source.clone(),
                browser: self.browser.clone(),
                device_type: self.device_type.clone(),
            },
            is_task_allocated: self.task.is_some(),
        }
    }
}

fn customer(ticket: &Ticket) -> Option<CustomerBody> {
    let customer = &ticket.customer;
    if customer.id.is_none() && customer.email.is_none() && customer.name.is_none() {
        return None;
    }
    Some(CustomerBody {
        id: customer.id.as_ref().and_then(known),
        email: customer.email.as_ref().and_then(known),
        name: customer.name.as_ref().and_then(known),
    })
}
