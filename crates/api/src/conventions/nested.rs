//! Nested input: lists of objects, merge patches, and errors at their paths.

use commands::CommandError;
use domain::calendar::PathError;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{FieldProblem, Fields, Ignored, Place, Problem, Shape};

/// The objects of a list, which may be left out. What is none stands there by its default, so that the places of the
/// others stay what they are.
pub(crate) fn elements<T: Default>(
    fields: &mut Fields,
    name: &'static str,
    read: impl Fn(&mut Fields) -> T,
) -> Vec<T> {
    let given = fields.list(&[name]).value().unwrap_or_default().into_iter().enumerate();
    given
        .map(|(index, value)| {
            fields.element(name, index, value, |item| Some(read(item))).unwrap_or_default()
        })
        .collect()
}

/// The objects of the list that was given as `name`. What is none stands there as it reads when nothing is given, so that
/// the places of the others stay what they are.
pub(crate) fn forms<T>(
    fields: &mut Fields,
    name: &'static str,
    given: Vec<Value>,
    read: impl Fn(&mut Fields) -> T,
) -> Vec<T> {
    let empty = || read(&mut Fields::new(Map::new(), Shape::V1, Ignored::default()));
    let item = |(index, value)| {
        fields.element(name, index, value, |item| Some(read(item))).unwrap_or_else(empty)
    };
    given.into_iter().enumerate().map(item).collect()
}

/// Ends the reading of nested input. Where something was wrong, what the domain finds besides is told with it, unless
/// it merely follows from that.
pub(crate) fn finish_nested(
    fields: Fields,
    look: impl FnOnce() -> Result<(), Vec<PathError>>,
) -> Result<(), Problem> {
    let Err(problem) = fields.finish() else { return Ok(()) };
    let mut errors = problem.errors;
    let found = look().err().unwrap_or_default().into_iter();
    let found = found.map(|error| FieldProblem::new(Place::Body, error.path, &error.kind));
    let follows = |more: &FieldProblem| {
        errors.iter().any(|known| more.is_within(known) || known.is_within(more))
    };
    let mut besides: Vec<_> = found.filter(|more| !follows(more)).collect();
    errors.append(&mut besides);
    Err(Problem::invalid(errors))
}

/// What `current` reads as input once the patch is on it.
pub(crate) fn patched(
    current: &impl Serialize,
    patch: &Map<String, Value>,
) -> Result<Map<String, Value>, Problem> {
    let current = serde_json::to_value(current).map_err(|error| Problem::internal(&error))?;
    let Value::Object(mut map) = current else {
        return Err(CommandError::Internal("what is patched is no object").into());
    };
    merge_patch(&mut map, patch);
    Ok(map)
}

/// Puts a JSON merge patch (RFC 7396) on an object.
pub(crate) fn merge_patch(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.remove(name)),
            Value::Object(inner) => {
                let into = target.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if !into.is_object() {
                    *into = Value::Object(Map::new());
                }
                if let Value::Object(into) = into {
                    merge_patch(into, inner);
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conventions::{Ignored, Shape};
    use domain::FieldErrorKind;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_patch_is_merged_as_the_standard_has_it() {
        let mut target = object(json!({ "a": "b", "c": { "d": "e", "f": "g" }, "l": [1] }));
        let patch = json!({ "a": "z", "c": { "f": null, "h": {} }, "l": [2, 3], "x": null });
        merge_patch(&mut target, &object(patch));
        let merged = json!({ "a": "z", "c": { "d": "e", "h": {} }, "l": [2, 3] });
        assert_eq!(Value::Object(target), merged);
    }

    #[test]
    fn what_merely_follows_from_an_error_is_not_told_as_well() {
        let body = object(json!({ "rules": [7, { "name": "x" }], "colour": 1 }));
        let mut fields = Fields::new(body, Shape::V1, Ignored::default());
        let read = elements(&mut fields, "rules", |rule| rule.text(&["name"]).value());
        assert_eq!(read, [None, Some("x".to_owned())]);
        let at = |path: &str| PathError { path: path.to_owned(), kind: FieldErrorKind::Missing };
        let found = vec![at("rules"), at("rules.0.name"), at("rules.1"), at("name")];
        let problem = finish_nested(fields, || Err(found)).unwrap_err();
        let told: Vec<_> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(told, ["rules.0", "colour", "rules.1", "name"]);
    }
}
