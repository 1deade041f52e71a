//! From a row of a file to a ticket, with everything that is wrong with it.

use domain::settings::Settings;
use domain::ticket::{OpenTicketInput, Status, TicketDraft};
use domain::vocabulary::TypeName;
use domain::{FieldError, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::fields::Fields;
use super::form_data::{NamedUser, PREFIX, Types, UnknownTypes, from_text};
use super::reader::Row;
use super::{Format, Handling, RowError, UnknownColumns};
use crate::Assignee;
use crate::ticket::form::Form;

/// Every column that is known, in its flat spelling.
const COLUMNS: [&str; 25] = [
    "external_id",
    "subject",
    "title",
    "description",
    "category",
    "subcategory",
    "department",
    "priority",
    "status",
    "ticket_type",
    "data",
    "tags",
    "source",
    "browser",
    "device_type",
    "customer_id",
    "customer_email",
    "customer_name",
    "assigned_to",
    "created_at",
    "updated_at",
    "resolved_at",
    // Nested, in JSON and XML.
    "customer",
    "employee",
    "metadata",
];

/// A ticket to be made, with what happened to it since.
#[derive(Debug)]
pub(crate) struct ImportedTicket {
    pub(crate) row: u64,
    /// SHA-256 of the row as it was read: tells a repeat of it from another one.
    pub(crate) fingerprint: [u8; 32],
    pub(crate) draft: TicketDraft,
    /// Whom its form data names.
    pub(crate) users: Vec<NamedUser>,
    pub(crate) assignee: Option<Assignee>,
    pub(crate) status: Status,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) resolved_at: Option<Timestamp>,
}

/// What a row is held against.
pub(crate) struct Mapping {
    pub(crate) settings: std::sync::Arc<Settings>,
    pub(crate) types: Types,
    pub(crate) format: Format,
    pub(crate) unknown: UnknownColumns,
    pub(crate) handling: Handling,
    /// Nothing happened after this.
    pub(crate) now: Timestamp,
}

/// What came of a row.
pub(crate) struct Mapped {
    pub(crate) ticket: Result<Box<ImportedTicket>, Vec<RowError>>,
    pub(crate) ignored: Vec<String>,
}

/// Whether a column is known.
pub(crate) fn is_known(column: &str) -> bool {
    COLUMNS.contains(&column) || is_data(column)
}

/// Whether a column holds one field of a form.
pub(super) fn is_data(column: &str) -> bool {
    column.strip_prefix(PREFIX).is_some_and(|field| !field.is_empty())
}

impl Mapping {
    pub(crate) fn map(&self, row: Row) -> Mapped {
        let fingerprint = fingerprint(&row.fields);
        let mut fields = Fields { row: row.number, values: row.fields, errors: Vec::new() };
        fields.flatten(
            "customer",
            &[("id", "customer_id"), ("email", "customer_email"), ("name", "customer_name")],
        );
        fields.flatten(
            "employee",
            &[("id", "customer_id"), ("email", "customer_email"), ("name", "customer_name")],
        );
        fields.flatten("metadata", &["source", "browser", "device_type"].map(|name| (name, name)));
        let ticket = self.ticket(&mut fields, fingerprint);
        let unknown: Vec<String> = fields.values.keys().cloned().collect();
        let ignored = match self.unknown {
            UnknownColumns::Ignored => unknown,
            UnknownColumns::Refused => {
                for name in unknown {
                    fields.error(Some(&name), "This field is not known.");
                }
                Vec::new()
            }
        };
        let ticket = match ticket {
            Some(ticket) if fields.errors.is_empty() => Ok(Box::new(ticket)),
            Some(_) | None => Err(fields.errors),
        };
        Mapped { ticket, ignored }
    }

    fn ticket(&self, fields: &mut Fields, fingerprint: [u8; 32]) -> Option<ImportedTicket> {
        let subject = fields.text("subject");
        let title = fields.text("title");
        let ticket_type = fields.text("ticket_type");
        let form = self.form(fields, ticket_type.as_deref());
        let data = self.data(fields, form);
        let input = OpenTicketInput {
            subject: subject.or(title),
            description: fields.text("description"),
            category: fields.text("category"),
            subcategory: fields.text("subcategory"),
            department: fields.text("department"),
            priority: fields.text("priority"),
            external_id: fields.text("external_id"),
            ticket_type,
            data,
            customer_id: fields.text("customer_id"),
            customer_email: fields.text("customer_email"),
            customer_name: fields.text("customer_name"),
            tags: fields.list("tags"),
            source: fields.text("source"),
            browser: fields.text("browser"),
            device_type: fields.text("device_type"),
        };
        let status = fields.parsed("status", Status::parse);
        let assignee = fields.parsed("assigned_to", str::parse::<Assignee>);
        let created_at = fields.moment("created_at", self.now);
        let updated_at = fields.moment("updated_at", self.now);
        let resolved_at = fields.moment("resolved_at", self.now);
        fields.check_order(created_at, updated_at, resolved_at);
        if self.handling == Handling::Refused {
            let message = "This is for those who work on tickets to say.";
            let moved = status.is_some_and(|status| status != Status::Open);
            for (name, given) in [
                ("status", moved),
                ("assigned_to", assignee.is_some()),
                ("resolved_at", resolved_at.is_some()),
            ] {
                if given {
                    fields.error(Some(name), message);
                }
            }
        }
        let status = match (status, resolved_at) {
            (Some(status), Some(_)) if !status.is_finished() => {
                let message = "This must be empty unless the status is resolved or closed.";
                fields.error(Some("resolved_at"), message);
                status
            }
            (Some(status), _) => status,
            (None, Some(_)) => Status::Resolved,
            (None, None) => Status::Open,
        };
        let filled = form.and_then(|form| fields.filled(form, input.data.as_ref()));
        match input.parse(&self.settings) {
            Ok(draft) => {
                let row = fields.row;
                let (draft, users) = match filled {
                    Some((filled, users)) => (filled.into_draft(draft), users),
                    None => (draft, Vec::new()),
                };
                Some(ImportedTicket {
                    row,
                    fingerprint,
                    draft,
                    users,
                    assignee,
                    status,
                    created_at,
                    updated_at,
                    resolved_at,
                })
            }
            Err(errors) => {
                fields
                    .errors
                    .extend(errors.into_iter().map(|error| field_error(fields.row, &error)));
                None
            }
        }
    }
}

impl Mapping {
    /// The form that a row is filled in with; none, if it has no type or that is a name and no more.
    fn form(&self, fields: &mut Fields, ticket_type: Option<&str>) -> Option<&Form> {
        // A bad name is told with the other fields.
        let name = TypeName::parse(ticket_type?).ok()?;
        match self.types.form(&name, UnknownTypes::under(&self.settings)) {
            Ok(form) => form,
            Err(error) => {
                fields.errors.push(field_error(fields.row, &error));
                None
            }
        }
    }

    /// Form data: an object, and a column for each field that it does not have.
    fn data(&self, fields: &mut Fields, form: Option<&Form>) -> Option<Value> {
        let mut data = fields.json("data");
        if let (Format::Xml, Some(Value::Object(object))) = (self.format, &mut data) {
            // All of XML is text.
            for (name, value) in object.iter_mut() {
                let field = form.and_then(|form| form.definition.field(name));
                if let (Some(field), Value::String(text)) = (field, &value) {
                    *value = from_text(field, text);
                }
            }
        }
        let columns = fields.data_columns(form);
        if columns.is_empty() {
            return data;
        }
        match &mut data {
            None => data = Some(Value::Object(columns)),
            Some(Value::Object(object)) => object.extend(columns),
            // What is no object is told with the other fields.
            Some(_) => {}
        }
        data
    }
}

/// A bad field as a file's columns are called.
pub(crate) fn field_error(row: u64, error: &FieldError) -> RowError {
    RowError { row, field: Some(error.field.replace('.', "_")), msg: error.message() }
}

fn fingerprint(fields: &Map<String, Value>) -> [u8; 32] {
    // A map of JSON values can always be written.
    Sha256::digest(serde_json::to_vec(fields).unwrap_or_default()).into()
}
