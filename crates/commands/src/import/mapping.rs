//! From a row of a file to a ticket, with everything that is wrong with it.

use domain::settings::Settings;
use domain::ticket::{OpenTicketInput, Status, TicketDraft};
use domain::ticket_type::FormFacts;
use domain::vocabulary::TypeName;
use domain::{FieldError, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::form_data::{
    NamedUser, PREFIX, Types, UnknownTypes, from_text, named_users, taken_as_known,
};
use super::moment::parse_moment;
use super::reader::Row;
use super::{Format, Handling, RowError, UnknownColumns};
use crate::Assignee;
use crate::ticket::form::{Filled, Form, dotted};

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
fn is_data(column: &str) -> bool {
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

    /// Takes the columns of form data that hold something. Those that the form does not ask for are
    /// left: they are unknown.
    fn data_columns(&mut self, form: Option<&Form>) -> Map<String, Value> {
        let names: Vec<String> = self.values.keys().filter(|name| is_data(name)).cloned().collect();
        let mut columns = Map::new();
        for column in names {
            let name = &column[PREFIX.len()..];
            let field = form.map(|form| form.definition.field(name));
            let is_blank = match self.values.get(&column) {
                Some(Value::String(text)) => text.trim().is_empty(),
                Some(value) => value.is_null(),
                None => true,
            };
            if field == Some(None) && !is_blank {
                continue;
            }
            let Some(value) = self.values.remove(&column).filter(|_| !is_blank) else { continue };
            let value = match (field.flatten(), value) {
                (Some(field), Value::String(text)) => from_text(field, &text),
                (_, value) => value,
            };
            columns.insert(name.to_owned(), value);
        }
        columns
    }

    /// The data as its form has it, and whom it names; nothing when something is wrong with it.
    fn filled(&mut self, form: &Form, data: Option<&Value>) -> Option<(Filled, Vec<NamedUser>)> {
        let empty = Map::new();
        let given = match data {
            None => &empty,
            Some(data) => data.as_object()?,
        };
        let kept = taken_as_known(&form.definition, given);
        match form.begin(given, &FormFacts { kept, ..FormFacts::default() }) {
            Ok(filled) => Some((filled, named_users(&form.definition, given))),
            Err(problems) => {
                for problem in problems {
                    let place = dotted(&problem.pointer);
                    self.error(Some(&format!("data{place}")), &problem.kind.to_string());
                }
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

pub(super) fn split(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ';', '|']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned)
}
