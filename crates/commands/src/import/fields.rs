//! The fields of a row, taken out one by one.

use domain::Timestamp;
use domain::ticket_type::FormFacts;
use serde_json::{Map, Value};

use super::RowError;
use super::form_data::{NamedUser, PREFIX, from_text, named_users, taken_as_known};
use super::mapping::is_data;
use super::moment::parse_moment;
use crate::ticket::form::{Filled, Form, dotted};

/// The fields of a row that were not taken yet, and what was wrong with those that were.
pub(super) struct Fields {
    pub(super) row: u64,
    pub(super) values: Map<String, Value>,
    pub(super) errors: Vec<RowError>,
}

impl Fields {
    pub(super) fn error(&mut self, field: Option<&str>, message: &str) {
        let field = field.map(str::to_owned);
        self.errors.push(RowError { row: self.row, field, msg: message.to_owned() });
    }

    /// Takes the fields of an object out of it, under their flat names; what is given flat as well
    /// wins.
    pub(super) fn flatten(&mut self, name: &str, inner: &[(&str, &str)]) {
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
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
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

    pub(super) fn parsed<T>(
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
    pub(super) fn data_columns(&mut self, form: Option<&Form>) -> Map<String, Value> {
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
    pub(super) fn filled(
        &mut self,
        form: &Form,
        data: Option<&Value>,
    ) -> Option<(Filled, Vec<NamedUser>)> {
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
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
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
    pub(super) fn json(&mut self, name: &str) -> Option<Value> {
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

    pub(super) fn moment(&mut self, name: &str, now: Timestamp) -> Option<Timestamp> {
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

    pub(super) fn check_order(
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

pub(super) fn split(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ';', '|']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned)
}
