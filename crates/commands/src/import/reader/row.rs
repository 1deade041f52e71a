//! What a row is, and what no row may hold whatever its format.

use serde_json::{Map, Value};

use super::encoding::MALFORMED;

/// One record of an import file that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which record of the file, counted from 1 as a person would: a CSV header, blank lines and
    /// rows of nothing but empty fields do not count; bad rows do.
    pub number: u64,
    /// The physical line where it begins, from 1.
    pub line: u64,
    /// The fields by canonical name (see [`canonical`]). Strings in CSV; strings, arrays and
    /// objects in XML; whatever was written in JSON. Names inside of nested values stay as written.
    pub fields: Map<String, Value>,
}

/// One record of an import file that cannot be used; the file goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// See [`Row::number`].
    pub number: u64,
    /// The physical line where it begins, from 1.
    pub line: u64,
    /// The canonical name of the field at fault, when it is one field's.
    pub field: Option<String>,
    /// What is wrong, in words for the person who made the file.
    pub message: String,
}

/// What a file is a sequence of.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A row that can be used.
    Row(Row),
    /// A row that cannot.
    Bad(BadRow),
}

/// How much one row may hold; these bound the memory of a reader.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a whole row, as UTF-8 and as written in the file.
    pub max_row_bytes: usize,
    /// Fields of a row, columns of a header.
    pub max_fields: usize,
    /// Bytes of one string, as UTF-8.
    pub max_field_bytes: usize,
    /// Levels of JSON arrays and objects or XML elements inside one another, the list included.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_row_bytes: 1024 * 1024,
            max_fields: 256,
            max_field_bytes: 256 * 1024,
            max_depth: 64,
        }
    }
}

/// The canonical form of a field's name: trimmed, lower case, each run of spaces and hyphens one
/// underscore. `" Customer E-Mail "` is `customer_e_mail`.
pub fn canonical(name: &str) -> String {
    let words = name.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// What every row of one file is held to.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub limits: Limits,
    /// The name of the file's charset, for messages.
    pub charset: &'static str,
}

const MAX_NAME_BYTES: usize = 200;

/// A row in the making. The first thing found wrong with it is the one reported.
pub struct Draft {
    number: u64,
    line: u64,
    fields: Map<String, Value>,
    fault: Option<(Option<String>, String)>,
}

impl Draft {
    pub fn new(number: u64, line: u64) -> Self {
        Self { number, line, fields: Map::new(), fault: None }
    }

    /// Adds a field by its canonical name; a field that breaks a rule spoils the row.
    pub fn put(&mut self, name: String, value: Value, rules: &Rules) {
        if self.fault.is_some() {
            return;
        }
        if let Some(message) = objection_to_name(&name, rules) {
            self.spoil(Some(&name), message);
        } else if let Some(message) = objection(&value, rules) {
            self.spoil(Some(&name), message);
        } else if self.fields.contains_key(&name) {
            self.spoil(Some(&name), "the field stands more than once".into());
        } else if self.fields.len() == rules.limits.max_fields {
            self.spoil(None, format!("has more than {} fields", rules.limits.max_fields));
        } else {
            self.fields.insert(name, value);
        }
    }

    /// Makes the row a bad one, unless it is already.
    pub fn spoil(&mut self, field: Option<&str>, message: String) {
        if self.fault.is_none() {
            self.fault = Some((field.map(shown), message));
            self.fields.clear();
        }
    }

    pub fn is_spoilt(&self) -> bool {
        self.fault.is_some()
    }

    pub fn spoil_too_long(&mut self, rules: &Rules) {
        self.spoil(None, format!("the row is longer than {} bytes", rules.limits.max_row_bytes));
    }

    pub fn finish(self) -> Record {
        let Self { number, line, fields, fault } = self;
        match fault {
            None => Record::Row(Row { number, line, fields }),
            Some((field, message)) => Record::Bad(BadRow { number, line, field, message }),
        }
    }
}

/// A name from the file, short enough to be put into a message.
pub fn shown(name: &str) -> String {
    const MAX_CHARS: usize = 60;
    match name.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn objection_to_name(name: &str, rules: &Rules) -> Option<String> {
    if name.is_empty() {
        return Some("has a value but no name".into());
    }
    if name.len() > MAX_NAME_BYTES {
        return Some(format!("the field's name is longer than {MAX_NAME_BYTES} bytes"));
    }
    objection_to_text(name, rules)
}

/// Why this value may not stand in a row. The depth of its nesting is bounded by the readers.
fn objection(value: &Value, rules: &Rules) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
        Value::String(text) => objection_to_text(text, rules),
        Value::Array(values) => values.iter().find_map(|value| objection(value, rules)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            objection_to_text(name, rules).or_else(|| objection(value, rules))
        }),
    }
}

fn objection_to_text(text: &str, rules: &Rules) -> Option<String> {
    let limit = rules.limits.max_field_bytes;
    if text.len() > limit {
        Some(format!("is longer than {limit} bytes"))
    } else if text.contains(MALFORMED) {
        Some(format!("not valid {}", rules.charset))
    } else if text.contains('\0') {
        Some("contains a NUL character".into())
    } else {
        None
    }
}
