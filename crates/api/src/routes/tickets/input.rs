//! The fields of a ticket as clients send them, by all their names.

use domain::ticket::{Change, EditTicketInput, OpenTicketInput};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::conventions::{Fields, Given};

/// A new ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct OpenTicketBody {
    /// Subject, 1 to 200 characters unless the settings say otherwise.
    #[schema(min_length = 1, max_length = 200, example = "No signal in the basement")]
    subject: String,
    #[serde(flatten)]
    rest: TicketFields,
    /// Description, up to 20,000 characters unless the settings say otherwise.
    #[schema(max_length = 20000)]
    description: Option<String>,
}

/// Changes to a ticket: what is left out stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct EditTicketBody {
    /// Subject.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    subject: Option<String>,
    /// Description.
    #[schema(max_length = 20000)]
    description: Option<String>,
    #[serde(flatten)]
    rest: TicketFields,
}

/// What both have in common.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct TicketFields {
    /// Category.
    #[schema(min_length = 1, max_length = 100, example = "technical_issue")]
    category: Option<String>,
    /// Subcategory.
    #[schema(min_length = 1, max_length = 100)]
    subcategory: Option<String>,
    /// Department.
    #[schema(min_length = 1, max_length = 100)]
    department: Option<String>,
    /// `low`, `medium` (when nothing is said), `high` or `urgent`.
    #[schema(example = "medium")]
    priority: Option<String>,
    /// `open`, `in_progress`, `waiting_customer`, `resolved` or `closed`; needs the right to change the status.
    #[schema(nullable = false, example = "open")]
    status: Option<String>,
    /// E-mail address or id of the assignee; needs the right to assign.
    assigned_to: Option<String>,
    /// Id in another system; unique.
    #[schema(min_length = 1, max_length = 200)]
    external_id: Option<String>,
    /// Name or id of the ticket's type, which says what its data has to be; a name that no type has leaves it free.
    /// With `data`, the name of the type that the ticket has already moves it to the newest version of the form.
    #[schema(min_length = 1, max_length = 100)]
    ticket_type: Option<String>,
    /// Form data: an object of up to 64 KiB. In a change of a ticket with a form a merge patch: fields that are left out
    /// stay, null clears.
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
    /// Customer.
    customer: Option<CustomerInput>,
    /// Tags: up to 50 of 1 to 50 characters.
    tags: Option<Vec<String>>,
    /// `web_form`, `email`, `api`, `chat` or `phone`.
    #[schema(example = "api")]
    source: Option<String>,
    /// Browser.
    #[schema(max_length = 100)]
    browser: Option<String>,
    /// Device type.
    #[schema(max_length = 100)]
    device_type: Option<String>,
}

/// A customer.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct CustomerInput {
    /// Customer number.
    #[schema(max_length = 200)]
    id: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Name.
    #[schema(max_length = 200)]
    name: Option<String>,
}

struct CustomerGiven {
    id: Given<String>,
    email: Given<String>,
    name: Given<String>,
}

struct MetadataGiven {
    source: Given<String>,
    browser: Given<String>,
    device_type: Given<String>,
}

/// Takes the fields of a new ticket. An empty optional text counts as none.
pub(crate) fn read_draft(fields: &mut Fields) -> OpenTicketInput {
    let edit = read_edit(fields);
    OpenTicketInput {
        subject: given(edit.subject),
        description: given(edit.description),
        category: filled(edit.category),
        subcategory: filled(edit.subcategory),
        department: filled(edit.department),
        priority: filled(edit.priority),
        external_id: filled(edit.external_id),
        ticket_type: filled(edit.ticket_type),
        data: given(edit.data),
        customer_id: filled(edit.customer_id),
        customer_email: filled(edit.customer_email),
        customer_name: filled(edit.customer_name),
        tags: given(edit.tags).unwrap_or_default(),
        source: filled(edit.source),
        browser: filled(edit.browser),
        device_type: filled(edit.device_type),
    }
}

/// Takes the fields of a change, but for status and assignee.
pub(crate) fn read_edit(fields: &mut Fields) -> EditTicketInput {
    let customer = customer(fields);
    let metadata = metadata(fields);
    EditTicketInput {
        subject: change(fields.text(&["subject", "title"])),
        description: change(fields.text(&["description"])),
        category: change(fields.text(&["category"])),
        subcategory: change(fields.text(&["subcategory"])),
        department: change(fields.text(&["department"])),
        priority: change(fields.text(&["priority"])),
        status: Change::Keep,
        external_id: change(fields.text_or_number(&["external_id"])),
        ticket_type: change(fields.text(&["ticket_type"])),
        data: change(fields.object(&["data"])).map(Value::Object),
        customer_id: change(customer.id),
        customer_email: change(customer.email),
        customer_name: change(customer.name),
        tags: change(fields.texts(&["tags"])),
        source: change(metadata.source),
        browser: change(metadata.browser),
        device_type: change(metadata.device_type),
    }
}

/// `customer {id, email, name}`, also called `employee`, or the three flat.
fn customer(fields: &mut Fields) -> CustomerGiven {
    let within = fields.within(&["customer", "employee"], |customer| CustomerGiven {
        id: customer.text_or_number(&["id"]),
        email: customer.text(&["email"]),
        name: customer.text(&["name"]),
    });
    let flat = CustomerGiven {
        id: fields.text_or_number(&["customer_id"]),
        email: fields.text(&["customer_email"]),
        name: fields.text(&["customer_name"]),
    };
    match within {
        Given::Absent => flat,
        Given::Null => CustomerGiven {
            id: or(flat.id, Given::Null),
            email: or(flat.email, Given::Null),
            name: or(flat.name, Given::Null),
        },
        Given::Value(customer) => CustomerGiven {
            id: or(flat.id, customer.id),
            email: or(flat.email, customer.email),
            name: or(flat.name, customer.name),
        },
    }
}

/// `source`, `browser`, `device_type`, flat or in `metadata`.
fn metadata(fields: &mut Fields) -> MetadataGiven {
    let flat = MetadataGiven {
        source: fields.text(&["source"]),
        browser: fields.text(&["browser"]),
        device_type: fields.text(&["device_type"]),
    };
    let within = fields.within(&["metadata"], |metadata| MetadataGiven {
        source: metadata.text(&["source"]),
        browser: metadata.text(&["browser"]),
        device_type: metadata.text(&["device_type"]),
    });
    match within {
        Given::Absent | Given::Null => flat,
        Given::Value(metadata) => MetadataGiven {
            source: or(flat.source, metadata.source),
            browser: or(flat.browser, metadata.browser),
            device_type: or(flat.device_type, metadata.device_type),
        },
    }
}

fn or<T>(first: Given<T>, second: Given<T>) -> Given<T> {
    if first.is_absent() { second } else { first }
}

fn change<T>(given: Given<T>) -> Change<T> {
    match given {
        Given::Absent => Change::Keep,
        Given::Null => Change::Clear,
        Given::Value(value) => Change::Set(value),
    }
}

fn given<T>(change: Change<T>) -> Option<T> {
    change.applied_to(None)
}

fn filled(change: Change<String>) -> Option<String> {
    given(change).filter(|text| !text.trim().is_empty())
}
