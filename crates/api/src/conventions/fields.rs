//! Reading the fields of a request one by one, so that every bad one is named.

use serde_json::{Map, Value};

use domain::{FieldError, FieldErrorKind};

use super::{FieldProblem, Ignored, Place, Problem, Shape};

/// A field that may be left out, be null, or have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Not in the request.
    Absent,
    /// Null: in a merge patch, the wish to remove.
    Null,
    /// A value of the right type.
    Value(T),
}

impl<T> Given<T> {
    /// The value, if there is one.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// `None` when absent, `Some(None)` when null: the shape of a merge patch.
    pub(crate) fn patch(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// The fields of a JSON object, taken out one by one. What is left at the end is unknown.
pub(crate) struct Fields {
    map: Map<String, Value>,
    prefix: String,
    shape: Shape,
    ignored: Ignored,
    pub(crate) errors: Vec<FieldProblem>,
}

impl Fields {
    pub(crate) fn new(map: Map<String, Value>, shape: Shape, ignored: Ignored) -> Self {
        Self { map, prefix: String::new(), shape, ignored, errors: Vec::new() }
    }

    /// A string. The first of `names` is the field's name, the others are its aliases.
    pub(crate) fn text(&mut self, names: &[&'static str]) -> Given<String> {
        self.take(names, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A string, or a number taken for one (ids that other systems keep as numbers).
    pub(crate) fn text_or_number(&mut self, names: &[&'static str]) -> Given<String> {
        self.take(names, "a string", |value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    pub(crate) fn boolean(&mut self, names: &[&'static str]) -> Given<bool> {
        self.take(names, "true or false", |value| value.as_bool())
    }

    pub(crate) fn integer(&mut self, names: &[&'static str]) -> Given<i64> {
        self.take(names, "a whole number", |value| value.as_i64())
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, names: &[&'static str]) -> Given<Vec<String>> {
        self.take(names, "a list of strings", |value| match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    pub(crate) fn list(&mut self, names: &[&'static str]) -> Given<Vec<Value>> {
        self.take(names, "a list", |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    /// Any JSON value, for whoever takes several types.
    pub(crate) fn json(&mut self, names: &[&'static str]) -> Given<Value> {
        self.take(names, "a JSON value", Some)
    }

    /// A JSON object as it is.
    pub(crate) fn object(&mut self, names: &[&'static str]) -> Given<Map<String, Value>> {
        self.take(names, "an object", |value| match value {
            Value::Object(map) => Some(map),
            _ => None,
        })
    }

    /// Reads the fields of an object within; its errors and unknown fields count here.
    pub(crate) fn within<T>(
        &mut self,
        names: &[&'static str],
        read: impl FnOnce(&mut Self) -> T,
    ) -> Given<T> {
        match self.object(names) {
            Given::Absent => Given::Absent,
            Given::Null => Given::Null,
            Given::Value(map) => {
                let mut inner = Self {
                    map,
                    prefix: format!("{}{}.", self.prefix, names.first().unwrap_or(&"")),
                    shape: self.shape,
                    ignored: self.ignored.clone(),
                    errors: Vec::new(),
                };
                let value = read(&mut inner);
                inner.unknown();
                self.errors.append(&mut inner.errors);
                Given::Value(value)
            }
        }
    }

    /// Reads the fields of an object in a list; anything else there is an error.
    pub(crate) fn element<T>(
        &mut self,
        name: &'static str,
        index: usize,
        value: Value,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let prefix = format!("{}{name}.{index}.", self.prefix);
        let Value::Object(map) = value else {
            let expected = FieldErrorKind::WrongType { expected: "an object" };
            self.error(&format!("{name}.{index}"), &expected);
            return None;
        };
        let (shape, ignored) = (self.shape, self.ignored.clone());
        let mut inner = Self { map, prefix, shape, ignored, errors: Vec::new() };
        let value = read(&mut inner);
        inner.unknown();
        self.errors.append(&mut inner.errors);
        value
    }

    /// The value, or an error that it is missing.
    pub(crate) fn required<T>(&mut self, name: &'static str, given: Given<T>) -> Option<T> {
        match given {
            Given::Value(value) => Some(value),
            Given::Absent | Given::Null => {
                let field = format!("{}{name}", self.prefix);
                // A value of the wrong type was reported already.
                if !self.errors.iter().any(|error| error.field == field) {
                    self.errors.push(FieldProblem::new(
                        Place::Body,
                        field,
                        &FieldErrorKind::Missing,
                    ));
                }
                None
            }
        }
    }

    /// The value of a field that may be left out but cannot be removed: null is an error.
    pub(crate) fn not_null<T>(&mut self, name: &'static str, given: Given<T>) -> Option<T> {
        if given.is_absent() { None } else { self.required(name, given) }
    }

    pub(crate) fn error(&mut self, name: &str, kind: &FieldErrorKind) {
        let field = format!("{}{name}", self.prefix);
        self.errors.push(FieldProblem::new(Place::Body, field, kind));
    }

    /// The parsed value, or nothing and an error at `name`.
    pub(crate) fn parse<T>(
        &mut self,
        name: &'static str,
        parsed: Result<T, FieldErrorKind>,
    ) -> Option<T> {
        parsed.map_err(|kind| self.error(name, &kind)).ok()
    }

    /// What the domain made of the fields, or nothing and its errors.
    pub(crate) fn parsed<T>(&mut self, parsed: Result<T, Vec<FieldError>>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(errors) => {
                for error in &errors {
                    let field = format!("{}{}", self.prefix, error.field);
                    // A value of the wrong type was left out and is not missing as well.
                    if !self.errors.iter().any(|known| known.field == field) {
                        self.errors.push(FieldProblem::new(Place::Body, field, &error.kind));
                    }
                }
                None
            }
        }
    }

    /// Counts what is left as unknown; a problem when anything was wrong.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        self.unknown();
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }

    fn unknown(&mut self) {
        for (name, _) in std::mem::take(&mut self.map) {
            let field = format!("{}{name}", self.prefix);
            match self.shape {
                Shape::Legacy => self.ignored.note(&field),
                Shape::V1 => self.errors.push(FieldProblem {
                    place: Place::Body,
                    field,
                    msg: "There is no such field.".to_owned(),
                    kind: "extra_forbidden",
                }),
            }
        }
    }

    fn take<T>(
        &mut self,
        names: &[&'static str],
        expected: &'static str,
        read: impl Fn(Value) -> Option<T>,
    ) -> Given<T> {
        let mut given = Given::Absent;
        for name in names {
            let Some(value) = self.map.remove(*name) else { continue };
            if !matches!(given, Given::Absent) {
                let expected = "given once: it is another name of the same field";
                self.error(name, &FieldErrorKind::Malformed { expected });
                continue;
            }
            given = match value {
                Value::Null => Given::Null,
                value => match read(value) {
                    Some(value) => Given::Value(value),
                    None => {
                        self.error(name, &FieldErrorKind::WrongType { expected });
                        Given::Absent
                    }
                },
            };
        }
        given
    }
}
