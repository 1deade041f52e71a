//! What the form refuses, and that it goes there and back.

use serde_json::{Value, json};

use super::samples::{form, form_json, site_fault};
use super::*;
use crate::event::DomainEvent;

fn of_problems(problems: &[TypeProblem]) -> Vec<(String, &'static str)> {
    problems.iter().map(|problem| (problem.place.to_string(), problem.kind.code())).collect()
}

/// The places and codes of all problems of a type with these fields.
fn problems_of(fields: Value) -> Vec<(String, &'static str)> {
    let mut form = json!({ "name": "x" });
    form["fields"] = fields;
    let form: TicketTypeForm = serde_json::from_value(form).unwrap();
    form.parse().map_or_else(|problems| of_problems(&problems), |_| Vec::new())
}

/// The problems of one field, its label given.
fn problems_of_one(mut field: Value) -> Vec<(String, &'static str)> {
    field["label"] = json!({ "en": "X" });
    field["id"] = json!("x");
    problems_of(json!([field]))
}

fn one(place: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(format!("fields[0].{place}"), code)]
}

#[test]
fn a_form_goes_to_a_draft_and_back() {
    assert_eq!(serde_json::to_value(form()).unwrap(), form_json());
    assert_eq!(TicketTypeForm::of(&site_fault()), form());
    assert_eq!(TicketTypeForm::of(&site_fault()).parse(), Ok(site_fault()));
}

#[test]
fn every_kind_and_setting_goes_there_and_back() {
    let options = json!([{ "value": "a", "label": { "zh": "甲" } },
                         { "value": "b", "label": { "en": "B" }, "retired": true }]);
    let mut fields = vec![
        json!({ "kind": "file", "max_count": 3, "media_types": ["image/*", "application/pdf"] }),
        json!({ "kind": "file" }),
        json!({ "kind": "integer", "min": -5, "step": 5, "default": 10 }),
        json!({ "kind": "decimal", "default": 1.5 }),
        json!({ "kind": "date", "min": "2026-01-01", "max": "2026-12-31", "default": "2026-02-28" }),
        json!({ "kind": "select", "options": options }),
        json!({ "kind": "multi_select", "options": options, "default": ["a"] }),
        json!({ "kind": "boolean", "default": false, "filterable": true }),
        json!({ "kind": "text", "personal": false, "default": "x" }),
    ];
    for kind in ["long_text", "date_time", "user", "url", "email", "phone"] {
        fields.push(json!({ "kind": kind, "required": true }));
    }
    for (index, field) in fields.iter_mut().enumerate() {
        field["id"] = json!(format!("f{index}"));
        field["label"] = json!({ "en": "Field" });
    }
    let form: TicketTypeForm =
        serde_json::from_value(json!({ "name": "all", "fields": fields })).unwrap();
    let draft = form.parse().unwrap();
    let kinds: std::collections::BTreeSet<_> =
        draft.definition.fields.iter().map(Field::kind).collect();
    assert_eq!(kinds.len(), FieldKind::ALL.len());
    let again = TicketTypeForm::of(&draft);
    assert_eq!(again.parse().unwrap(), draft);
    assert_eq!(again.fields[0], form.fields[0]);
}

#[test]
fn unknown_members_are_refused_by_name() {
    for pointer in ["", "/title", "/sections/0", "/fields/0", "/fields/2/options/0"] {
        let mut json = form_json();
        let object = json.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        object.insert("colour".to_owned(), "red".into());
        let error = serde_json::from_value::<TicketTypeForm>(json).unwrap_err();
        assert!(error.to_string().contains("colour"), "{pointer}: {error}");
    }
}

#[test]
fn one_problem_is_named_with_its_place() {
    let list = |options: Value| json!({ "kind": "select", "options": options });
    let option = |value: &str| json!({ "value": value, "label": { "en": "A" } });
    let retired = json!({ "value": "a", "label": { "en": "A" }, "retired": true });
    let table = [
        (json!({ "kind": "colour" }), "kind", "enum"),
        (json!({ "kind": "text", "options": [] }), "options", "not_of_this_kind"),
        (json!({ "kind": "boolean", "min": 1 }), "min", "not_of_this_kind"),
        (json!({ "kind": "text", "pattern": "(" }), "pattern", "value_error"),
        (json!({ "kind": "text", "pattern": "(a{1000}){1000}" }), "pattern", "value_error"),
        (json!({ "kind": "text", "max_length": 201 }), "max_length", "out_of_range"),
        (json!({ "kind": "text", "min_length": 9, "max_length": 8 }), "min_length", "empty_range"),
        (json!({ "kind": "integer", "min": 2, "max": 1 }), "min", "empty_range"),
        (json!({ "kind": "integer", "min": 1.5 }), "min", "type_error"),
        (json!({ "kind": "integer", "max": 1u64 << 53 }), "max", "out_of_range"),
        (json!({ "kind": "integer", "step": 0 }), "step", "value_error"),
        (json!({ "kind": "decimal", "step": 0.000_000_1 }), "step", "value_error"),
        (json!({ "kind": "decimal", "max": 1e16 }), "max", "out_of_range"),
        (json!({ "kind": "date", "min": "2026-02-30" }), "min", "value_error"),
        (json!({ "kind": "date_time", "max": "2026-02-28" }), "max", "value_error"),
        (list(json!([])), "options", "no_options"),
        (list(json!([retired])), "options", "no_options"),
        (list(json!([option("a"), option("a")])), "options[1].value", "duplicate_option"),
        (list(json!([option(" ")])), "options[0].value", "string_too_short"),
        (list(json!([{ "value": "a", "label": {} }])), "options[0].label", "missing"),
        (json!({ "kind": "file", "max_count": 51 }), "max_count", "out_of_range"),
        (json!({ "kind": "file", "media_types": ["png"] }), "media_types[0]", "value_error"),
        (json!({ "kind": "email", "filterable": true }), "filterable", "always_personal"),
        (json!({ "kind": "phone", "personal": false }), "personal", "always_personal"),
        (
            json!({ "kind": "text", "filterable": true, "personal": true }),
            "filterable",
            "filterable_personal",
        ),
        (json!({ "kind": "integer", "default": "x" }), "default", "not_a_value_of_the_field"),
        (json!({ "kind": "user", "default": "x" }), "default", "not_a_value_of_the_field"),
        (json!({ "kind": "text", "section": "s" }), "section", "unknown_section"),
        (json!({ "kind": "text", "help": { "zh": "" } }), "help.zh", "string_too_short"),
    ];
    for (field, place, code) in table {
        assert_eq!(problems_of_one(field.clone()), one(place, code), "{field}");
    }
}

#[test]
fn conditions_ask_about_fields_that_are_there_and_values_they_can_have() {
    let with = |condition: Value| {
        problems_of(json!([
            { "id": "x", "kind": "text", "label": { "en": "X" }, "visible_if": condition },
            { "id": "n", "kind": "integer", "label": { "en": "N" }, "max": 5 },
            { "id": "day", "kind": "date", "label": { "en": "Day" } },
            { "id": "list", "kind": "multi_select", "label": { "en": "List" },
              "options": [{ "value": "a", "label": { "en": "A" } }] },
        ]))
    };
    for good in [
        json!({ "field": "n", "equals": 5 }),
        json!({ "field": "n", "in": [1, 2.0] }),
        json!({ "field": "list", "equals": "a" }),
        json!({ "field": "day", "is_set": true }),
        json!({ "all": [{ "any": [{ "field": "day", "is_set": false }] }] }),
    ] {
        assert_eq!(with(good.clone()), [], "{good}");
    }
    let deep = json!({ "any": [{ "any": [{ "any": [{ "field": "n", "is_set": true }] }] }] });
    let table = [
        (json!({}), "visible_if", "not_a_condition"),
        (json!({ "field": "n" }), "visible_if", "not_a_condition"),
        (json!({ "field": "n", "equals": 1, "is_set": true }), "visible_if", "not_a_condition"),
        (json!({ "field": "n", "equals": 1, "all": [] }), "visible_if", "not_a_condition"),
        (json!({ "all": [] }), "visible_if.all", "missing"),
        (json!({ "field": "n", "in": [] }), "visible_if.in", "missing"),
        (json!({ "field": "m", "equals": 1 }), "visible_if.field", "unknown_field"),
        (json!({ "field": "n", "equals": 6 }), "visible_if.equals", "not_a_value_of_the_field"),
        (json!({ "field": "n", "in": [1, "2"] }), "visible_if.in[1]", "not_a_value_of_the_field"),
        (
            json!({ "field": "list", "equals": ["a"] }),
            "visible_if.equals",
            "not_a_value_of_the_field",
        ),
        (
            json!({ "field": "list", "equals": "b" }),
            "visible_if.equals",
            "not_a_value_of_the_field",
        ),
        (json!({ "field": "day", "equals": "2026-01-01" }), "visible_if.equals", "not_comparable"),
        (json!({ "field": "x", "is_set": true }), "visible_if", "condition_cycle"),
        (deep, "visible_if.any[0].any[0].any[0]", "condition_too_deep"),
    ];
    for (condition, place, code) in table {
        assert_eq!(with(condition.clone()), one(place, code), "{condition}");
    }
}

#[test]
fn conditions_in_a_circle_are_refused_and_what_hangs_on_it_is_not() {
    let asks = |id: &str, other: &str| {
        json!({ "id": id, "kind": "text", "label": { "en": id },
                "visible_if": { "field": other, "is_set": true } })
    };
    let problems =
        problems_of(json!([asks("a", "b"), asks("b", "c"), asks("c", "a"), asks("d", "a")]));
    let expected = [0, 1, 2].map(|n| (format!("fields[{n}].visible_if"), "condition_cycle"));
    assert_eq!(problems, expected);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let mut form = form();
    form.name = " ".into();
    form.sections[1].id = "site".into();
    form.fields[0].label = LocalForm::default();
    form.fields[3].id = "severity".into();
    let problems = of_problems(&form.parse().unwrap_err());
    for expected in [
        ("name", "string_too_short"),
        ("sections[1].id", "duplicate_id"),
        ("fields[0].label", "missing"),
        ("fields[2].section", "unknown_section"),
        ("fields[3].id", "duplicate_id"),
        ("fields[4].visible_if.any[1].all[1].field", "unknown_field"),
    ] {
        assert!(
            problems.contains(&(expected.0.to_owned(), expected.1)),
            "{expected:?}: {problems:?}"
        );
    }
}

#[test]
fn a_form_has_limits_and_the_largest_fits_into_an_event() {
    let field = form().fields[5].clone();
    let many = |count: usize, characters: usize| {
        let mut form = form();
        form.fields = (0..count)
            .map(|n| FieldForm {
                id: format!("f{n}"),
                help: Some(LocalForm { en: Some("障".repeat(characters)), zh: None }),
                ..field.clone()
            })
            .collect();
        form.parse()
    };
    let problems = of_problems(&many(101, 1).unwrap_err());
    assert_eq!(problems, [("fields".to_owned(), "too_long")]);
    let problems = of_problems(&many(100, 1_000).unwrap_err());
    assert_eq!(problems, [("fields".to_owned(), "form_too_large")]);

    let draft = many(100, 450).unwrap();
    let size = serde_json::to_vec(&draft.definition).unwrap().len();
    assert!(size > MAX_DEFINITION_BYTES * 9 / 10, "close to the limit: {size}");
    let event = define_ticket_type(&TicketTypeState::Undefined, draft).unwrap().remove(0);
    // A sealed text is base64 of itself with a nonce, a tag and the id of its key.
    let sealed = event.to_data().to_string().len() * 4 / 3 + 102 * 200;
    assert!(sealed < 256 * 1024, "{sealed}");
}
