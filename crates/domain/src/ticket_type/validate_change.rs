//! Whether data fits its form after a change.

use serde_json::{Map, Value};

use super::definition::Definition;
use super::edit_data::merge;
use super::field_problem::{FieldProblem, pointer};
use super::references::references;
use super::validate::{FormFacts, validate};
use crate::ticket::{FormData, parse_data};

/// The data after a change of some fields (see [`merge`]), if the change fits the form that the
/// ticket was filled in with. `stored` is the data before, in the spelling it was kept in.
///
/// What was wrong before and is not named by the change is no reason to refuse it: personal values
/// may have been erased, users left and files gone.
///
/// # Errors
/// One problem for each bad field, as with [`validate`].
pub fn validate_change(
    definition: &Definition,
    stored: &Map<String, Value>,
    change: &Map<String, Value>,
    facts: &FormFacts,
) -> Result<FormData, Vec<FieldProblem>> {
    let facts = FormFacts { kept: references(definition, stored), ..facts.clone() };
    let data = merge(definition, stored, change);
    let mut problems = match validate(definition, &data, &facts) {
        Ok(data) => return Ok(data),
        Err(problems) => problems,
    };
    let before = validate(definition, stored, &facts).err().unwrap_or_default();
    let is_named = |problem: &FieldProblem| {
        change.keys().any(|name| {
            let rest = problem.pointer.strip_prefix(&pointer(name));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    problems.retain(|problem| is_named(problem) || !before.contains(problem));
    if problems.is_empty() {
        parse_data(Value::Object(data))
            .map_err(|kind| vec![FieldProblem { pointer: String::new(), kind: kind.into() }])
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::ids::FileId;
    use crate::personal::Personal;
    use crate::ticket_type::SplitData;
    use crate::ticket_type::samples::{good, map, parsed, site_fault};
    use crate::vocabulary::MediaType;

    fn changed(stored: &Map<String, Value>, change: Value) -> Result<Value, Vec<FieldProblem>> {
        let form = site_fault().definition;
        validate_change(&form, stored, &map(change), &FormFacts::default())
            .map(|data| Value::Object(data.as_map().clone()))
    }

    fn codes(problems: &[FieldProblem]) -> Vec<(&str, &'static str)> {
        problems.iter().map(|p| (p.pointer.as_str(), p.kind.code())).collect()
    }

    #[test]
    fn a_change_is_judged_with_the_rest() {
        let stored = map(good());
        let after = changed(&stored, json!({ "severity": "minor" })).unwrap();
        assert!(after.get("what_happened").is_none(), "hidden by the change: {after}");
        assert_eq!(after["site_id"], "BJ-0042");

        let problems = changed(&stored, json!({ "site_id": null, "alarm_code": 1 })).unwrap_err();
        assert_eq!(codes(&problems), [("/site_id", "missing"), ("/alarm_code", "below_min")]);
        let less = map(json!({ "site_id": "BJ-0042", "severity": "minor" }));
        let problems = changed(&less, json!({ "severity": "critical" })).unwrap_err();
        assert_eq!(codes(&problems), [("/what_happened", "missing")]);
        assert_eq!(changed(&less, json!({ "zzz": null })), Ok(Value::Object(less)));
    }

    #[test]
    fn what_was_erased_or_went_away_stops_no_other_change() {
        let form = site_fault().definition;
        let data = validate(&form, &map(good()), &FormFacts::default()).unwrap();
        let mut split = SplitData::of(&form, &data);
        split.personal = Some(Personal::Erased);
        let stored = split.joined();
        let after = changed(&stored, json!({ "alarm_code": 3000 })).unwrap();
        assert_eq!(after["alarm_code"], 3000);
        let problems = changed(&stored, json!({ "what_happened": "" })).unwrap_err();
        assert_eq!(codes(&problems), [("/what_happened", "missing")]);
    }

    #[test]
    fn a_file_of_one_field_is_not_what_another_asks_for() {
        let label = json!({ "en": "X" });
        let form = parsed(json!([
            { "id": "log", "kind": "file", "label": label },
            { "id": "photo", "kind": "file", "label": label, "media_types": ["image/*"] },
        ]));
        let (file, gone) = (FileId(Uuid::from_u128(1)), FileId(Uuid::from_u128(2)));
        let stored = map(json!({ "log": [file, gone] }));
        let files = BTreeMap::from([(file, MediaType::parse("text/plain").unwrap())]);
        let facts = FormFacts { files, ..FormFacts::default() };
        let change = map(json!({ "photo": [file, gone] }));
        let problems = validate_change(&form, &stored, &change, &facts).unwrap_err();
        assert_eq!(codes(&problems), [("/photo/0", "media_type_not_allowed")]);
        // One that went stays where it was.
        let change = map(json!({ "log": [gone] }));
        assert!(validate_change(&form, &stored, &change, &facts).is_ok());
    }

    #[test]
    fn what_an_erased_field_made_visible_stays() {
        let label = json!({ "en": "X" });
        let form = parsed(json!([
            { "id": "vip", "kind": "boolean", "label": label },
            { "id": "tier", "kind": "integer", "label": label, "filterable": true,
              "visible_if": { "field": "vip", "equals": true } },
            { "id": "n", "kind": "integer", "label": label },
        ]));
        let erased = map(json!({ "tier": 1 }));
        let judged = |change| {
            validate_change(&form, &erased, &map(change), &FormFacts::default())
                .map(|data| Value::Object(data.as_map().clone()))
        };
        assert_eq!(judged(json!({ "n": 2 })), Ok(json!({ "n": 2, "tier": 1 })));
        assert_eq!(codes(&judged(json!({ "tier": 2 })).unwrap_err()), [("/tier", "hidden_field")]);
    }
}
