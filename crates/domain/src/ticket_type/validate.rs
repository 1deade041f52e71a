//! Whether data fits a form. A test holds this equal to the compiled JSON Schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::condition::visible_fields;
use super::definition::{Definition, Field};
use super::field_problem::{FieldProblem, FieldProblemKind, pointer};
use super::normalise::normalise;
use super::references::References;
use super::value_check::check_value;
use crate::field::FieldErrorKind;
use crate::ids::{FileId, UserId};
use crate::ticket::{FormData, parse_data};
use crate::vocabulary::MediaType;

/// The most unknown fields that are named.
pub const MAX_UNKNOWN_NAMED: usize = 100;

/// What the data refers to, looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormFacts {
    /// The active users among those referred to.
    pub users: BTreeSet<UserId>,
    /// The ticket's files among those referred to, with what they are.
    pub files: BTreeMap<FileId, MediaType>,
    /// What the ticket referred to before: a user who left or a file that went is no reason to
    /// refuse another change.
    pub kept: References,
}

/// The data in its one spelling (see [`normalise`]), if it fits the form.
///
/// A field that is hidden is not required, and a value given for it is refused, so that nothing a
/// client sends gets lost unseen; [`validate_change`](super::validate_change()) drops what a change
/// hides.
///
/// # Errors
/// One problem for each bad field, in the order of the form, then the unknown ones; or one for all
/// of it, if it takes too much room.
pub fn validate(
    definition: &Definition,
    data: &Map<String, Value>,
    facts: &FormFacts,
) -> Result<FormData, Vec<FieldProblem>> {
    let data = parse_data(Value::Object(normalise(definition, data)))
        .map_err(|kind| vec![FieldProblem { pointer: String::new(), kind: kind.into() }])?;
    let values = data.as_map();
    let visible = visible_fields(definition, values);
    let mut problems = Vec::new();
    for field in &definition.fields {
        let is_visible = visible.iter().any(|seen| seen.id == field.id);
        if let Err((place, kind)) = check_field(field, is_visible, values, facts) {
            let pointer = pointer(field.id.as_str()) + &place;
            problems.push(FieldProblem { pointer, kind });
        }
    }
    let unknown = values.keys().filter(|name| definition.field(name).is_none());
    problems.extend(
        unknown.take(MAX_UNKNOWN_NAMED).map(|name| FieldProblem {
            pointer: pointer(name),
            kind: FieldProblemKind::UnknownField,
        }),
    );
    if problems.is_empty() { Ok(data) } else { Err(problems) }
}

/// What is wrong within a value, and where: `/2` in a list.
pub(super) type Wrong = (String, FieldProblemKind);

fn check_field(
    field: &Field,
    is_visible: bool,
    values: &Map<String, Value>,
    facts: &FormFacts,
) -> Result<(), Wrong> {
    match values.get(field.id.as_str()) {
        Some(_) if !is_visible => Err((String::new(), FieldProblemKind::Hidden)),
        Some(value) => check_value(field, value, facts),
        None if is_visible && field.required => {
            Err((String::new(), FieldErrorKind::Missing.into()))
        }
        None => Ok(()),
    }
}
