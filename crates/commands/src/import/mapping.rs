//! From a row of a file to a ticket, with everything that is wrong with it.

use domain::settings::Settings;
use domain::ticket::{OpenTicketInput, Status, TicketDraft};
use domain::{FieldError, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::moment::parse_moment;
use super::reader::Row;
use super::{Handling, RowError, UnknownColumns};
use crate::Assignee;

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
    pub(crate) assignee: Option<Assignee>,
    pub(crate) status: Status,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) resolved_at: Option<Timestamp>,
}

/// What a row is held against.
pub(crate) struct Mapping {
    pub(crate) settings: std::sync::Arc<Settings>,
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
    COLUMNS.contains(&column)
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
        let input = OpenTicketInput {
            subject: subject.or(title),
            description: fields.text("description"),
            category: fields.text("category"),
            subcategory: fields.text("subcategory"),
            department: fields.text("department"),
            priority: fields.text("priority"),
            external_id: fields.text("external_id"),
            ticket_type: fields.text("ticket_type"),
            data: fields.json("data"),
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
        match input.parse(&self.settings) {
            Ok(draft) => {
                let row = fields.row;
                Some(ImportedTicket {
                    row,
                    fingerprint,
                    draft,
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

/// A bad field as a file's columns are called.
pub(crate) fn field_error(row: u64, error: &FieldError) -> RowError {
    RowError { row, field: Some(error.field.replace('.', "_")), msg: error.message() }
}

/// The fields of a row that were not taken yet, and what was wrong with those that were.
struct Fields {
    row: u64,
    values: Map<String, Value>,
    errors: Vec<RowError>,
}

impl Fields {
    fn error(&mut self, field: Option<&str>, message: &str) {
        let field = field.map(str::to_owned);
        self.errors.push(RowError { row: self.row, field, msg: message.to_owned() });
    }

    /// Takes the fields of an object out of it, under their flat names; what is given flat as well
    /// wins.
    fn flatten(&mut self, name: &str, inner: &[(&str, &str)]) {
        match self.values.remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.trim().is_empty() => {}
            Some(Value::Object(object)) => {
                for (key, value) in object {
                    match inner.iter().find(|(within, flat)| key == *within || key == *flat) {
                        Some((_, flat)) => {
                            self.values.entry(*flat).or_insert(value);
                        }
                        None => drop(self.values.insert(format!("{name}.{key}"), value)),
                    }
                }
            }
            // A name alone, as some systems have for the person who asks.
            Some(Value::String(text)) if name != "metadata" => {
                self.values.entry("customer_name").or_insert(Value::String(text));
            }
            Some(_) => self.error(Some(name), "This must be an object."),
        }
    }

    /// A text; nothing when it is empty, for a column cannot say more.
    fn text(&mut self, name: &str) -> Option<String> {
        match self.values.remove(name)? {
            Value::Null => None,
            Value::String(text) => (!text.trim().is_empty()).then_some(text),
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(_) | Value::Object(_) => {
                self.error(Some(name), "This must be a string.");
                None
            }
        }
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, domain::FieldErrorKind>,
    ) -> Option<T> {
        match parse(&self.text(name)?) {
            Ok(value) => Some(value),
            Err(kind) => {
                self.error(Some(name), &kind.to_string());
                None
            }
        }
    }

    /// A list, or a text that separates its items by `,`, `;` or `|`.
    fn list(&mut self, name: &str) -> Vec<String> {
        // XML has one element for one item and nests lists: <tags><tag>a</tag></tags>.
        let value = match self.values.remove(name) {
            Some(Value::Object(object)) if object.len() == 1 => {
                object.into_iter().next().map(|(_, value)| value)
            }
            other => other,
        };
        let mut items = Vec::new();
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => items.extend(split(&text)),
            Some(Value::Array(values)) => {
                for value in values {
                    match value {
                        Value::String(text) => items.extend(split(&text)),
                        Value::Number(number) => items.push(number.to_string()),
                        Value::Null => {}
                        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                            self.error(Some(name), "This must be a list of strings.");
                            return Vec::new();
                        }
                    }
                }
            }
            Some(Value::Number(number)) => items.push(number.to_string()),
            Some(Value::Bool(_) | Value::Object(_)) => {
                self.error(Some(name), "This must be a list of strings.");
            }
        }
        items
    }

    /// An object; in CSV a text that is one in JSON.
    fn json(&mut self, name: &str) -> Option<Value> {
        match self.values.remove(name)? {
            Value::Null => None,
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(value) => Some(value),
                Err(_) => {
                    self.error(Some(name), "This must be a JSON object.");
                    None
                }
            },
            value => Some(value),
        }
    }

    fn moment(&mut self, name: &str, now: Timestamp) -> Option<Timestamp> {
        let text = self.text(name)?;
        match parse_moment(&text) {
            Some(moment) if moment > now => {
                self.error(Some(name), "This must not be in the future.");
                None
            }
            Some(moment) => Some(moment),
            None => {
                let message = "This must be a date and time like 2026-03-01T12:00:00Z.";
                self.error(Some(name), message);
                None
            }
        }
    }

    fn check_order(
        &mut self,
        created_at: Option<Timestamp>,
        updated_at: Option<Timestamp>,
        resolved_at: Option<Timestamp>,
    ) {
        let later = [("updated_at", updated_at), ("resolved_at", resolved_at)];
        for (name, moment) in later {
            match (created_at, moment) {
                (Some(created_at), Some(moment)) if moment < created_at => {
                    self.error(Some(name), "This must not be before created_at.");
                }
                (None, Some(_)) if !self.has_error("created_at") => {
                    let message = format!("This is required when {name} is given.");
                    self.error(Some("created_at"), &message);
                }
                (_, _) => {}
            }
        }
    }

    fn has_error(&self, name: &str) -> bool {
        self.errors.iter().any(|error| error.field.as_deref() == Some(name))
    }
}

fn fingerprint(fields: &Map<String, Value>) -> [u8; 32] {
    // A map of JSON values can always be written.
    Sha256::digest(serde_json::to_vec(fields).unwrap_or_default()).into()
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ';', '|']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned)
}
