//! From JSON to a ticket: every field that is wrong is named, not just the first.

use chrono::TimeDelta;
use domain::ticket_type::FieldProblem;
use domain::{FieldError, FieldErrorKind, Timestamp};
use serde_json::{Map, Value};

use super::InboundTicket;
use super::ticket::{ALIASES, FLAT, InboundCustomer, METADATA};
use crate::import::parse_moment;
use crate::ticket::form::{Files, dotted};
use crate::ticket::form_errors::FormErrors;
use crate::{CommandError, Commands};

/// How far the clock of a help desk may be ahead of ours.
const MAX_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Fields named in errors, at the most; the rest of a very bad message is not worth naming.
const MAX_ERRORS: usize = 100;
/// Characters of a foreign field's name that are repeated.
const MAX_NAME: usize = 100;

/// What happens to fields that nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFields {
    /// Each is an error.
    Refused,
    /// They are named, and that is all.
    Ignored,
}

/// One bad field of an inbound ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadField {
    /// The field's name; a dot leads into an object (`customer.email`).
    pub field: String,
    /// What is wrong, in a sentence that does not repeat the value.
    pub msg: String,
    /// The same for machines; the names of [`FieldErrorKind::code`], and `extra_forbidden`.
    pub kind: &'static str,
}

impl BadField {
    fn new(field: impl Into<String>, error: &FieldErrorKind) -> Self {
        Self { field: field.into(), msg: error.to_string(), kind: error.code() }
    }

    /// A problem of form data: `data.photos.2`.
    pub fn of_data(problem: &FieldProblem) -> Self {
        let place = dotted(&problem.pointer);
        let (msg, kind) = (problem.kind.to_string(), problem.kind.code());
        Self { field: shown(&format!("data{place}")), msg, kind }
    }

    fn unknown(field: String) -> Self {
        Self { field, msg: "There is no such field.".to_owned(), kind: "extra_forbidden" }
    }
}

impl From<&FieldError> for BadField {
    fn from(error: &FieldError) -> Self {
        Self::new(error.field, &error.kind)
    }
}

/// Why a ticket could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InboundError {
    /// Fields are bad: one entry each, never empty.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<BadField>),
    /// The rules could not be looked up.
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// A ticket that was read, and held against the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadInbound {
    /// The ticket.
    pub ticket: InboundTicket,
    /// The fields that were ignored.
    pub ignored: Vec<String>,
}

impl Commands {
    /// Reads an inbound ticket and holds it against the rules that are in force; its form data only
    /// where something else is wrong, as that is judged when the ticket is opened.
    ///
    /// # Errors
    /// [`InboundError::Invalid`] with every bad field; or the settings cannot be read.
    pub async fn read_inbound_ticket(
        &self,
        fields: Map<String, Value>,
        unknown: UnknownFields,
    ) -> Result<ReadInbound, InboundError> {
        let mut reader = Reader { fields, errors: Vec::new() };
        let ticket = reader.ticket(self.ambient().now());
        let settings = self.settings().await?;
        if let Err(errors) = ticket.input().parse(&settings) {
            for error in &errors {
                // A value of the wrong type was left out and is not missing as well.
                if !reader.errors.iter().any(|known| known.field == error.field) {
                    reader.errors.push(error.into());
                }
            }
        }
        let left = reader.fields.into_iter().map(|(name, _)| shown(&name));
        let mut ignored = Vec::new();
        match unknown {
            UnknownFields::Refused => reader.errors.extend(left.map(BadField::unknown)),
            UnknownFields::Ignored => ignored.extend(left),
        }
        // Form data by itself is judged when the ticket is opened: that of a repeat may have been
        // judged by another version.
        if !reader.errors.is_empty() && !reader.errors.iter().any(|known| known.field == "data") {
            let mut found = FormErrors::default();
            found.take(self.new_draft(ticket.input(), Files::new()).await)?;
            reader.errors.extend(found.problems().iter().map(BadField::of_data));
        }
        reader.errors.truncate(MAX_ERRORS);
        if reader.errors.is_empty() {
            Ok(ReadInbound { ticket, ignored })
        } else {
            Err(InboundError::Invalid(reader.errors))
        }
    }
}

fn shown(name: &str) -> String {
    name.chars().take(MAX_NAME).map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// The fields that were not taken yet, and what was wrong with those that were.
struct Reader {
    fields: Map<String, Value>,
    errors: Vec<BadField>,
}

impl Reader {
    fn ticket(&mut self, now: Timestamp) -> InboundTicket {
        self.use_own_names();
        self.lift_metadata();
        let customer = self.customer();
        InboundTicket {
            external_id: filled(self.text_or_number("external_id")),
            subject: self.text("subject"),
            description: self.text("description"),
            category: filled(self.text("category")),
            subcategory: filled(self.text("subcategory")),
            department: filled(self.text("department")),
            priority: filled(self.text("priority")),
            ticket_type: filled(self.text("ticket_type")),
            data: self.object("data"),
            customer,
            tags: self.texts("tags"),
            source: filled(self.text("source")),
            browser: filled(self.text("browser")),
            device_type: filled(self.text("device_type")),
            created_at: self.moment("created_at", now),
        }
    }

    fn use_own_names(&mut self) {
        for (alias, name) in ALIASES {
            let Some(value) = self.fields.remove(alias) else { continue };
            if self.fields.contains_key(name) {
                let expected = "given once: it is another name of the same field";
                self.error(alias, &FieldErrorKind::Malformed { expected });
            } else {
                self.fields.insert(name.to_owned(), value);
            }
        }
    }

    /// What stands flat as well wins, as in the body of any ticket.
    fn lift_metadata(&mut self) {
        let Some(mut metadata) = self.object("metadata") else { return };
        for name in METADATA {
            if let Some(value) = metadata.remove(name) {
                self.fields.entry(name).or_insert(value);
            }
        }
        self.leave("metadata", metadata);
    }

    fn customer(&mut self) -> Option<InboundCustomer> {
        let mut within = self.object("customer").unwrap_or_default();
        for (flat, name) in FLAT {
            if let Some(value) = self.fields.remove(flat) {
                within.insert(name.to_owned(), value);
            }
        }
        let mut inner = Self { fields: within, errors: Vec::new() };
        let customer = InboundCustomer {
            id: filled(inner.text_or_number("id")),
            email: filled(inner.text("email")),
            name: filled(inner.text("name")),
        };
        for error in inner.errors {
            self.errors.push(BadField { field: format!("customer.{}", error.field), ..error });
        }
        self.leave("customer", inner.fields);
        (customer != InboundCustomer::default()).then_some(customer)
    }

    /// What an object holds beyond what is known of it is unknown by its whole name.
    fn leave(&mut self, within: &str, fields: Map<String, Value>) {
        for (name, value) in fields {
            self.fields.insert(format!("{within}.{name}"), value);
        }
    }

    fn error(&mut self, name: &str, kind: &FieldErrorKind) {
        self.errors.push(BadField::new(name, kind));
    }

    fn take<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.fields.remove(name).filter(|value| !value.is_null())?;
        let read = read(value);
        if read.is_none() {
            self.error(name, &FieldErrorKind::WrongType { expected });
        }
        read
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// Ids that other systems keep as numbers.
    fn text_or_number(&mut self, name: &str) -> Option<String> {
        self.take(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.take(name, "a list of strings", |value| serde_json::from_value(value).ok())
    }

    fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.take(name, "an object", |value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        })
    }

    fn moment(&mut self, name: &str, now: Timestamp) -> Option<Timestamp> {
        let text = filled(self.text(name))?;
        let expected = match parse_moment(&text) {
            Some(moment) if moment <= now + MAX_AHEAD => return Some(moment),
            Some(_) => "a time that is not in the future",
            None => "a date and time like 2026-03-01T12:00:00Z",
        };
        self.error(name, &FieldErrorKind::Malformed { expected });
        None
    }
}

/// An empty optional text counts as none.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
