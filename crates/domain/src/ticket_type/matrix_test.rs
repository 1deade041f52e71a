//! Every kind of field, with every sort of value: what is accepted, and what is said of the rest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::samples::{map, parsed};
use super::*;
use crate::ids::{FileId, UserId};
use crate::vocabulary::MediaType;

const USER: &str = "00000000-0000-0000-0000-00000000000a";
const PICTURE: &str = "00000000-0000-0000-0000-00000000000b";
const SHEET: &str = "00000000-0000-0000-0000-00000000000c";
const NOBODY: &str = "00000000-0000-0000-0000-00000000000d";

fn facts() -> FormFacts {
    let id = |text: &str| Uuid::parse_str(text).unwrap();
    let media_type = |text: &str| MediaType::parse(text).unwrap();
    FormFacts {
        users: BTreeSet::from([UserId(id(USER))]),
        files: BTreeMap::from([
            (FileId(id(PICTURE)), media_type("image/png")),
            (FileId(id(SHEET)), media_type("text/csv")),
        ]),
        kept: References::default(),
    }
}

/// What a kind does with values of each sort.
struct Row {
    /// The field but for what all have.
    field: Value,
    /// What is given and what is kept.
    good: Vec<(Value, Value)>,
    /// Values of another type.
    wrong_type: Vec<Value>,
    /// Values out of range, with where and what is said.
    out_of_range: Vec<(Value, &'static str, &'static str)>,
}

fn same(value: Value) -> (Value, Value) {
    (value.clone(), value)
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn rows() -> Vec<Row> {
    let options = json!([
        { "value": "a", "label": { "en": "A" } },
        { "value": "b", "label": { "en": "B" } },
        { "value": "c", "label": { "en": "C" } },
        { "value": "old", "label": { "en": "Old" }, "retired": true },
    ]);
    vec![
        Row {
            field: json!({ "kind": "text", "min_length": 2, "max_length": 7, "pattern": "[A-Z].*" }),
            good: vec![
                same(json!("BJ-0042")),
                (json!("  B\tJ\r\n1 "), json!("B J 1")),
                same(json!("A障障障障障障")),
            ],
            wrong_type: vec![json!(7), json!(true), json!(["BJ"]), json!({ "a": 1 })],
            out_of_range: vec![
                (json!("B"), "", "string_too_short"),
                (json!("BJ-00421"), "", "string_too_long"),
                (json!("bj-0042"), "", "pattern_mismatch"),
                (json!("BJ\u{1b}42"), "", "string_control_character"),
            ],
        },
        Row {
            field: json!({ "kind": "long_text", "min_length": 2, "max_length": 9 }),
            good: vec![same(json!("a\n\tb")), (json!(" a\r\nb\n"), json!("a\nb"))],
            wrong_type: vec![json!(7), json!(["a"])],
            out_of_range: vec![
                (json!("a"), "", "string_too_short"),
                (json!("障障障障障\n障障障障"), "", "string_too_long"),
                (json!("a\u{7}b"), "", "string_control_character"),
            ],
        },
        Row {
            field: json!({ "kind": "integer", "min": -10, "max": 1000, "step": 5 }),
            good: vec![same(json!(1000)), same(json!(-10)), (json!(5.0), json!(5))],
            wrong_type: vec![json!("5"), json!(5.5), json!(true), json!([5])],
            out_of_range: vec![
                (json!(-15), "", "below_min"),
                (json!(1005), "", "above_max"),
                (json!(1e300), "", "above_max"),
                (json!(-1e300), "", "below_min"),
                (json!(u64::MAX), "", "above_max"),
                (json!(7), "", "not_a_multiple"),
            ],
        },
        Row {
            field: json!({ "kind": "decimal", "min": -156.5, "max": 31, "step": 0.1 }),
            good: vec![same(json!(-101.3)), same(json!(0.3)), (json!(31.0), json!(31))],
            wrong_type: vec![json!("0.3"), json!(false), json!({})],
            out_of_range: vec![
                (json!(-156.6), "", "below_min"),
                (json!(31.1), "", "above_max"),
                (json!(0.35), "", "not_a_multiple"),
            ],
        },
        Row {
            field: json!({ "kind": "boolean" }),
            good: vec![same(json!(true)), same(json!(false))],
            wrong_type: vec![json!("true"), json!(1), json!([true])],
            out_of_range: vec![],
        },
        Row {
            field: json!({ "kind": "date", "min": "2026-01-01", "max": "2026-12-31" }),
            good: vec![same(json!("2026-02-28")), (json!(" 2026-01-01 "), json!("2026-01-01"))],
            wrong_type: vec![json!(20_260_228), json!(["2026-02-28"])],
            out_of_range: vec![
                (json!("2025-12-31"), "", "below_min"),
                (json!("2027-01-01"), "", "above_max"),
                (json!("2026-02-30"), "", "value_error"),
                (json!("28.02.2026"), "", "value_error"),
                (json!("2026-02-28T00:00:00Z"), "", "value_error"),
            ],
        },
        Row {
            field: json!({ "kind": "date_time", "min": "2026-01-01T00:00:00Z",
                           "max": "2026-12-31T23:59:59+08:00" }),
            good: vec![
                same(json!("2026-03-01T08:30:00Z")),
                (json!("2026-03-01T08:30:00+08:00"), json!("2026-03-01T00:30:00Z")),
                (json!("2026-03-01T08:30:00.1234567Z"), json!("2026-03-01T08:30:00.123456Z")),
            ],
            wrong_type: vec![json!(1_772_353_800), json!({})],
            out_of_range: vec![
                (json!("2026-01-01T00:00:00+08:00"), "", "below_min"),
                (json!("2026-12-31T16:00:00Z"), "", "above_max"),
                (json!("2026-03-01T08:30:00"), "", "value_error"),
                (json!("2026-03-01T24:30:00Z"), "", "value_error"),
                (json!("2026-03-01"), "", "value_error"),
            ],
        },
        Row {
            field: json!({ "kind": "select", "options": options }),
            good: vec![same(json!("a")), (json!(" b "), json!("b"))],
            wrong_type: vec![json!(1), json!(["a"]), json!(true)],
            out_of_range: vec![(json!("z"), "", "enum"), (json!("old"), "", "option_retired")],
        },
        Row {
            field: json!({ "kind": "multi_select", "options": options, "max_count": 2 }),
            good: vec![same(json!(["a"])), (json!(["c ", "a"]), json!(["c", "a"]))],
            wrong_type: vec![json!("a"), json!({ "a": true }), json!(1)],
            out_of_range: vec![
                (json!(["a", "b", "c"]), "", "too_long"),
                (json!(["a", "z"]), "/1", "enum"),
                (json!(["old"]), "/0", "option_retired"),
                (json!(["a", "a"]), "/1", "repeated"),
                (json!(["a", 1]), "/1", "type_error"),
                (json!([null]), "/0", "type_error"),
            ],
        },
        Row {
            field: json!({ "kind": "user" }),
            good: vec![same(json!(USER)), (json!(USER.to_uppercase()), json!(USER))],
            wrong_type: vec![json!(1), json!([USER])],
            out_of_range: vec![
                (json!("ada"), "", "value_error"),
                (json!(USER.replace('-', "")), "", "value_error"),
                (json!(NOBODY), "", "unknown_user"),
            ],
        },
        Row {
            field: json!({ "kind": "file", "max_count": 2, "media_types": ["image/*"] }),
            good: vec![same(json!([PICTURE]))],
            wrong_type: vec![json!(PICTURE), json!(1)],
            out_of_range: vec![
                (json!([PICTURE, PICTURE, PICTURE]), "", "too_long"),
                (json!([PICTURE, PICTURE]), "/1", "repeated"),
                (json!([PICTURE, SHEET]), "/1", "media_type_not_allowed"),
                (json!([NOBODY]), "/0", "unknown_file"),
                (json!(["x.png"]), "/0", "value_error"),
            ],
        },
        Row {
            field: json!({ "kind": "url" }),
            good: vec![same(json!("https://example.com/a?b=c#d"))],
            wrong_type: vec![json!(1), json!(["https://example.com"])],
            out_of_range: vec![
                (json!("javascript:alert(1)"), "", "value_error"),
                (json!("https://a b"), "", "value_error"),
                (json!(format!("https://a/{}", "x".repeat(2000))), "", "string_too_long"),
            ],
        },
        Row {
            field: json!({ "kind": "email" }),
            good: vec![(json!(" Ada@Example.com "), json!("Ada@Example.com"))],
            wrong_type: vec![json!(1), json!(["a@example.com"])],
            out_of_range: vec![
                (json!("ada"), "", "email"),
                (json!(format!("{}@example.com", "a".repeat(65))), "", "email"),
                (json!(format!("a@{}com", "example.".repeat(40))), "", "string_too_long"),
            ],
        },
        Row {
            field: json!({ "kind": "phone" }),
            good: vec![(json!("+86 (138) 0013-8000"), json!("+8613800138000")), same(json!("110"))],
            wrong_type: vec![json!(110), json!([])].into_iter().take(1).collect(),
            out_of_range: vec![
                (json!("12"), "", "value_error"),
                (json!("call me"), "", "value_error"),
                (json!("12345678901234567"), "", "string_too_long"),
            ],
        },
    ]
}

/// A form of a switch and the field `x`, which is required; it is hidden, if `hidden` is chosen.
fn form_with(field: &Value) -> Definition {
    let mut field = field.clone();
    field["id"] = json!("x");
    field["label"] = json!({ "en": "X" });
    field["required"] = json!(true);
    field["visible_if"] = json!({ "field": "hide", "is_set": false });
    parsed(json!([field, { "id": "hide", "kind": "boolean", "label": { "en": "Hide" } }]))
}

fn judge(
    form: &Definition,
    data: &Map<String, Value>,
) -> Result<Value, Vec<(String, &'static str)>> {
    validate(form, data, &facts())
        .map(|data| Value::Object(data.as_map().clone()))
        .map_err(|problems| problems.into_iter().map(|p| (p.pointer, p.kind.code())).collect())
}

fn refused(pointer: &str, code: &'static str) -> Result<Value, Vec<(String, &'static str)>> {
    Err(vec![(pointer.to_owned(), code)])
}

#[test]
fn the_table_has_every_kind() {
    let kinds: BTreeSet<_> =
        rows().iter().map(|row| form_with(&row.field).fields[0].kind()).collect();
    assert_eq!(kinds, FieldKind::ALL.iter().copied().collect());
}

#[test]
fn good_values_are_kept_in_one_spelling() {
    for row in rows() {
        let form = form_with(&row.field);
        for (given, kept) in row.good {
            let judged = judge(&form, &map(json!({ "x": given })));
            assert_eq!(judged, Ok(json!({ "x": kept })), "{given} in {}", row.field);
        }
    }
}

#[test]
fn what_is_left_out_is_missing() {
    for row in rows() {
        let form = form_with(&row.field);
        for nothing in [json!({}), json!({ "x": null }), json!({ "x": " \n" }), json!({ "x": [] })]
        {
            let judged = judge(&form, &map(nothing.clone()));
            assert_eq!(judged, refused("/x", "missing"), "{nothing} in {}", row.field);
        }
    }
}

#[test]
fn values_of_another_type_are_refused() {
    for row in rows() {
        let form = form_with(&row.field);
        for value in row.wrong_type {
            let judged = judge(&form, &map(json!({ "x": value })));
            assert_eq!(judged, refused("/x", "type_error"), "{value} in {}", row.field);
        }
    }
}

#[test]
fn values_out_of_range_are_refused_where_they_stand() {
    for row in rows() {
        let form = form_with(&row.field);
        for (value, place, code) in row.out_of_range {
            let judged = judge(&form, &map(json!({ "x": value })));
            assert_eq!(judged, refused(&format!("/x{place}"), code), "{value} in {}", row.field);
        }
    }
}

#[test]
fn unknown_fields_are_refused_by_pointer() {
    for row in rows() {
        let form = form_with(&row.field);
        let (good, _) = &row.good[0];
        let judged = judge(&form, &map(json!({ "x": good, "a/b~c": 1 })));
        assert_eq!(judged, refused("/a~1b~0c", "unknown_field"), "{}", row.field);
        let judged = judge(&form, &map(json!({ "x": good, "nothing": null })));
        assert_eq!(judged, refused("/nothing", "unknown_field"), "{}", row.field);
    }
}

#[test]
fn what_is_hidden_is_not_required_and_a_value_for_it_is_refused() {
    for row in rows() {
        let form = form_with(&row.field);
        let hidden = json!({ "hide": true });
        assert_eq!(judge(&form, &map(hidden.clone())), Ok(hidden), "{}", row.field);
        let cleared = json!({ "hide": true, "x": null });
        assert_eq!(judge(&form, &map(cleared)), Ok(json!({ "hide": true })), "{}", row.field);
        for value in [row.good[0].0.clone(), row.wrong_type[0].clone()] {
            let judged = judge(&form, &map(json!({ "hide": true, "x": value })));
            assert_eq!(judged, refused("/x", "hidden_field"), "{}", row.field);
        }
    }
}

#[test]
fn each_bad_field_has_one_problem_in_the_order_of_the_form() {
    let form = samples::site_fault().definition;
    let data = json!({
        "zzz": 1, "what_happened": "abc", "rsrp": 0.25, "severity": "critical",
        "bands": ["n78", "n5", "n6"], "alarm_code": true,
    });
    let expected = [
        ("/site_id", "missing"),
        ("/bands", "too_long"),
        ("/alarm_code", "type_error"),
        ("/rsrp", "above_max"),
        ("/what_happened", "string_too_short"),
        ("/zzz", "unknown_field"),
    ];
    let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code)).to_vec();
    assert_eq!(judge(&form, &map(data)), Err(expected));
}

#[test]
fn the_value_of_a_hidden_field_shows_nothing_else() {
    let label = json!({ "en": "X" });
    let asks = |id: &str, other: &str| {
        json!({ "id": id, "kind": "boolean", "label": label,
        "required": true, "visible_if": { "field": other, "equals": true } })
    };
    let form = parsed(json!([
        asks("c", "b"),
        asks("b", "a"),
        { "id": "a", "kind": "boolean", "label": label },
    ]));
    let all = |a: bool, b: bool| judge(&form, &map(json!({ "a": a, "b": b, "c": true })));
    assert!(all(true, true).is_ok());
    assert_eq!(all(true, false), refused("/c", "hidden_field"));
    let both = vec![("/c".to_owned(), "hidden_field"), ("/b".to_owned(), "hidden_field")];
    assert_eq!(all(false, true), Err(both));
    assert_eq!(judge(&form, &map(json!({ "a": false }))), Ok(json!({ "a": false })));
}

#[test]
fn data_has_limits_as_a_whole() {
    let form = form_with(&json!({ "kind": "text" }));
    let large = map(json!({ "x": "x".repeat(64 * 1024) }));
    assert_eq!(judge(&form, &large), refused("", "too_large"));
    let many: Map<_, _> = (0..5_000).map(|n| (n.to_string(), json!(1))).collect();
    assert_eq!(judge(&form, &many).unwrap_err().len(), 1 + MAX_UNKNOWN_NAMED);
}

#[test]
fn what_was_referred_to_before_need_not_be_there_any_more() {
    let form = form_with(&json!({ "kind": "user" }));
    let data = map(json!({ "x": NOBODY }));
    assert!(validate(&form, &data, &facts()).is_err());
    let facts = FormFacts { kept: references(&form, &data), ..FormFacts::default() };
    assert!(validate(&form, &data, &facts).is_ok());
}
