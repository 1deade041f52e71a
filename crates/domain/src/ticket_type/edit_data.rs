//! Data of a ticket as it begins and as it changes.

use serde_json::{Map, Value};

use super::condition::{controllers_first, is_visible, visible_fields};
use super::definition::{Definition, Field};
use super::normalise::normalise;

/// The data of a new ticket: what was given, and the defaults of the visible fields that were left
/// out. Not for a change: what somebody cleared stays clear.
#[must_use]
pub fn with_defaults(definition: &Definition, given: &Map<String, Value>) -> Map<String, Value> {
    let mut data = normalise(definition, given);
    let mut visible = Vec::new();
    // What a condition asks about has its default before the condition is asked.
    for field in controllers_first(definition) {
        if !is_visible(field, &visible, &data) {
            continue;
        }
        visible.push(field);
        if let Some(default) =
            field.default.as_ref().filter(|_| !data.contains_key(field.id.as_str()))
        {
            data.insert(field.id.to_string(), default.0.clone());
        }
    }
    data
}

/// The data after a change of some fields, to be validated: `null` clears a field, what the change
/// does not name stays. A value from before that the change hides is dropped; one that the change
/// itself gives to a hidden field stays and will be refused.
#[must_use]
pub fn merge(
    definition: &Definition,
    stored: &Map<String, Value>,
    change: &Map<String, Value>,
) -> Map<String, Value> {
    let mut data = stored.clone();
    for (name, value) in change {
        data.insert(name.clone(), value.clone());
    }
    let mut data = normalise(definition, &data);
    // Clearing what was never there, and is no field, is no change.
    data.retain(|_, value| !value.is_null());
    let visible_before = visible_fields(definition, stored);
    let visible = visible_fields(definition, &data);
    let newly_hidden = |field: &&Field| {
        let is_in = |visible: &[&Field]| visible.iter().any(|seen| seen.id == field.id);
        !is_in(&visible) && is_in(&visible_before) && !change.contains_key(field.id.as_str())
    };
    for field in definition.fields.iter().filter(newly_hidden) {
        data.remove(field.id.as_str());
    }
    data
}

/// The names of the fields whose values differ, sorted. It asks no form, so that it serves data that
/// was never given a type as well.
pub fn changed_fields<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> Vec<&'a str> {
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let mut names: Vec<_> = changed.map(|(name, _)| name).chain(gone).map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ticket_type::samples::{map, parsed};
    use crate::ticket_type::{FormFacts, validate};

    fn severity_and_cause() -> Definition {
        parsed(json!([
            { "id": "cause", "kind": "text", "label": { "en": "Cause" }, "default": "unknown",
              "visible_if": { "field": "severity", "equals": "major" } },
            { "id": "severity", "kind": "select", "label": { "en": "Severity" },
              "default": "major",
              "options": [
                { "value": "major", "label": { "en": "Major" } },
                { "value": "minor", "label": { "en": "Minor" } },
              ] },
        ]))
    }

    #[test]
    fn defaults_fill_what_is_visible_and_left_out() {
        let form = severity_and_cause();
        let begun = |given| Value::Object(with_defaults(&form, &map(given)));
        assert_eq!(begun(json!({})), json!({ "severity": "major", "cause": "unknown" }));
        assert_eq!(begun(json!({ "severity": "minor" })), json!({ "severity": "minor" }));
        let given = json!({ "severity": "major", "cause": "rain" });
        assert_eq!(begun(given.clone()), given);
    }

    #[test]
    fn a_change_keeps_the_rest_and_drops_what_it_hides() {
        let form = severity_and_cause();
        let stored = map(json!({ "severity": "major", "cause": "rain" }));
        let after = |change| Value::Object(merge(&form, &stored, &map(change)));
        assert_eq!(after(json!({ "cause": " fire " }))["cause"], "fire");
        assert_eq!(after(json!({ "cause": null })), json!({ "severity": "major" }));
        assert_eq!(after(json!({ "severity": "minor" })), json!({ "severity": "minor" }));
        let refused = after(json!({ "severity": "minor", "cause": "fire" }));
        let problems = validate(&form, &map(refused), &FormFacts::default()).unwrap_err();
        assert_eq!(
            (problems[0].pointer.as_str(), problems[0].kind.code()),
            ("/cause", "hidden_field")
        );
    }

    #[test]
    fn changed_fields_are_named_once() {
        let before = map(json!({ "a": 1, "b": 2, "c": 3 }));
        let after = map(json!({ "a": 1, "b": 3, "d": 4 }));
        assert_eq!(changed_fields(&before, &after), ["b", "c", "d"]);
        assert_eq!(changed_fields(&before, &before), [""; 0]);
    }
}
