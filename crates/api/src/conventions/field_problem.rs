//! One bad field of a request, and where it stands.

use serde_json::{Value, json};

use domain::{FieldError, FieldErrorKind, ticket_type, workflow};

use super::Shape;

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
