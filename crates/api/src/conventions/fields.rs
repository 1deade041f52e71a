//! Reading the fields of a request one by one, so that every bad one is named.

use serde_json::{Map, Value, json};

use domain::{FieldError, FieldErrorKind, ticket_type, workflow};

use super::{Ignored, Problem, Shape};

/// Where in the request a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Body,
    Query,
    Header,
}

impl Place {
    fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// One bad field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    pub(crate) place: Place,
    /// The field's name; dots lead into objects, numbers are indexes. With a `/` before it, a JSON Pointer: for names
    /// that may hold anything.
    pub(crate) field: String,
    pub(crate) msg: String,
    pub(crate) kind: &'static str,
}

impl FieldProblem {
    pub(crate) fn new(place: Place, field: impl Into<String>, error: &FieldErrorKind) -> Self {
        Self { place, field: field.into(), msg: error.to_string(), kind: error.code() }
    }

    pub(crate) fn in_body(error: &FieldError) -> Self {
        Self::new(Place::Body, error.field, &error.kind)
    }

    /// Something in the form of a workflow or a ticket type.
    pub(crate) fn in_form(place: &workflow::Place, msg: String, kind: &'static str) -> Self {
        // `steps[2].role` is `steps.2.role` here.
        let field = place.to_string().replace('[', ".").replace(']', "");
        Self { place: Place::Body, field, msg, kind }
    }

    /// A problem of a workflow.
    pub(crate) fn of_workflow(problem: &workflow::Problem) -> Self {
        Self::in_form(&problem.place, problem.kind.to_string(), problem.kind.code())
    }

    /// A problem of a ticket type.
    pub(crate) fn of_ticket_type(problem: &ticket_type::TypeProblem) -> Self {
        Self::in_form(&problem.place, problem.kind.to_string(), problem.kind.code())
    }

    /// A problem of a ticket's form data.
    pub(crate) fn of_data(problem: &ticket_type::FieldProblem) -> Self {
        let field = format!("/data{}", problem.pointer);
        Self { place: Place::Body, field, msg: problem.kind.to_string(), kind: problem.kind.code() }
    }

    /// Whether it stands where another does, or within.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let rest = self.field.strip_prefix(other.field.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    pub(crate) fn path(&self) -> &str {
        if self.field.is_empty() { self.place.as_str() } else { &self.field }
    }

    /// `{loc, msg, type}`, and in `/v1` the `pointer` to what is wrong in the body.
    pub(crate) fn to_json(&self, shape: Shape) -> Value {
        let parts = self.parts();
        let index = |part: &String| part.parse::<u64>().map_or_else(|_| json!(part), Value::from);
        let loc = std::iter::once(json!(self.place.as_str())).chain(parts.iter().map(index));
        let loc: Vec<_> = loc.collect();
        let mut problem = json!({ "loc": loc, "msg": self.msg, "type": self.kind });
        if let (Place::Body, Shape::V1) = (self.place, shape) {
            problem["pointer"] = json!(pointer(&parts));
        }
        problem
    }

    /// The way to the field, from the outside in.
    fn parts(&self) -> Vec<String> {
        match self.field.strip_prefix('/') {
            Some(tokens) => {
                let unescaped = |token: &str| token.replace("~1", "/").replace("~0", "~");
                tokens.split('/').map(unescaped).collect()
            }
            None => {
                let parts = self.field.split('.').filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
        }
    }
}

/// The JSON Pointer (RFC 6901) that leads this way.
fn pointer(parts: &[String]) -> String {
    let escaped = |part: &String| format!("/{}", part.replace('~', "~0").replace('/', "~1"));
    parts.iter().map(escaped).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ticket_type::FieldProblemKind;

    #[test]
    fn a_field_is_told_by_its_way_and_by_a_pointer() {
        let problem = FieldProblem::new(Place::Body, "steps.2.role", &FieldErrorKind::Missing);
        let told = problem.to_json(Shape::V1);
        assert_eq!(told["loc"], json!(["body", "steps", 2, "role"]));
        assert_eq!(told["pointer"], "/steps/2/role");
        assert!(problem.to_json(Shape::Legacy).get("pointer").is_none());
        let problem = FieldProblem::new(Place::Query, "limit", &FieldErrorKind::Missing);
        assert!(problem.to_json(Shape::V1).get("pointer").is_none());
    }

    #[test]
    fn names_in_data_may_hold_anything() {
        let at = |pointer: &str| {
            let (pointer, kind) = (pointer.to_owned(), FieldProblemKind::UnknownField);
            let problem = ticket_type::FieldProblem { pointer, kind };
            FieldProblem::of_data(&problem).to_json(Shape::V1)
        };
        let odd = at("/a.b~1c~0");
        assert_eq!(odd["loc"], json!(["body", "data", "a.b/c~"]));
        assert_eq!(
            (&odd["pointer"], &odd["type"]),
            (&json!("/data/a.b~1c~0"), &json!("unknown_field"))
        );
        assert_eq!(at("/photos/2")["loc"], json!(["body", "data", "photos", 2]));
        assert_eq!(at("")["loc"], json!(["body", "data"]));
        assert_eq!(at("/")["loc"], json!(["body", "data", ""]));
    }
}
