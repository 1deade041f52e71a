//! What a field of each kind does with values of each sort.

use serde_json::{Value, json};

use super::{field, option};

/// Stands for an active user in the rows.
pub const USER: &str = "{user}";
/// Nobody's id, and no file's.
pub const UNKNOWN: &str = "00000000-0000-7000-8000-00000000000d";

/// A kind.
pub struct Row {
    /// The field, called `x`.
    pub field: Value,
    /// What is given, and what is kept of it.
    pub good: Vec<(Value, Value)>,
    /// Values of another type.
    pub wrong_type: Vec<Value>,
    /// Values that are none of its own, with where and what is said.
    pub out_of_range: Vec<(Value, &'static str, &'static str)>,
}

fn x(kind: &str, settings: Value) -> Value {
    let mut field = field("x", kind, settings);
    field["required"] = json!(true);
    field["visible_if"] = json!({ "field": "hide", "is_set": false });
    field
}

fn same(value: Value) -> (Value, Value) {
    (value.clone(), value)
}

/// Every kind but files, which come with uploads.
pub fn rows() -> Vec<Row> {
    let rows = [texts(), numbers(), moments(), choices(), contacts()];
    rows.into_iter().flatten().collect()
}

fn texts() -> Vec<Row> {
    vec![
        Row {
            field: x("text", json!({ "min_length": 2, "max_length": 7, "pattern": "[A-Z].*" })),
            good: vec![same(json!("BJ-0042")), (json!("  B\tJ "), json!("B J"))],
            wrong_type: vec![json!(7), json!(["BJ"]), json!({ "a": 1 })],
            out_of_range: vec![
                (json!("B"), "", "string_too_short"),
                (json!("BJ-00421"), "", "string_too_long"),
                (json!("bj-0042"), "", "pattern_mismatch"),
                (json!("BJ\u{1b}42"), "", "string_control_character"),
            ],
        },
        Row {
            field: x("long_text", json!({ "min_length": 2, "max_length": 9 })),
            good: vec![(json!(" a\r\nb\n"), json!("a\nb")), same(json!("基站\n断电"))],
            wrong_type: vec![json!(7), json!(["a"])],
            out_of_range: vec![
                (json!("a"), "", "string_too_short"),
                (json!("0123456789"), "", "string_too_long"),
            ],
        },
    ]
}

fn numbers() -> Vec<Row> {
    vec![
        Row {
            field: x("integer", json!({ "min": -10, "max": 1000, "step": 5, "unit": "m" })),
            good: vec![same(json!(-10)), (json!(5.0), json!(5))],
            wrong_type: vec![json!("5"), json!(5.5), json!(true)],
            out_of_range: vec![
                (json!(-15), "", "below_min"),
                (json!(u64::MAX), "", "above_max"),
                (json!(7), "", "not_a_multiple"),
            ],
        },
        Row {
            field: x("decimal", json!({ "min": -156.5, "max": 31, "step": 0.1 })),
            good: vec![same(json!(-101.3)), (json!(31.0), json!(31))],
            wrong_type: vec![json!("0.3"), json!(false)],
            out_of_range: vec![
                (json!(-156.6), "", "below_min"),
                (json!(31.1), "", "above_max"),
                (json!(0.35), "", "not_a_multiple"),
            ],
        },
        Row {
            field: x("boolean", json!({})),
            good: vec![same(json!(true)), same(json!(false))],
            wrong_type: vec![json!("true"), json!(1)],
            out_of_range: vec![],
        },
    ]
}

fn moments() -> Vec<Row> {
    let (min, max) = ("2026-01-01", "2026-12-31");
    let year = json!({ "min": format!("{min}T00:00:00Z"), "max": format!("{max}T23:59:59+08:00") });
    vec![
        Row {
            field: x("date", json!({ "min": min, "max": max })),
            good: vec![same(json!("2026-02-28"))],
            wrong_type: vec![json!(20_260_228), json!(["2026-02-28"])],
            out_of_range: vec![
                (json!("2025-12-31"), "", "below_min"),
                (json!("2027-01-01"), "", "above_max"),
                (json!("2026-02-30"), "", "value_error"),
            ],
        },
        Row {
            field: x("date_time", year),
            good: vec![(json!("2026-03-01T08:30:00+08:00"), json!("2026-03-01T00:30:00Z"))],
            wrong_type: vec![json!(1_772_353_800)],
            out_of_range: vec![
                (json!("2025-12-31T23:59:59Z"), "", "below_min"),
                (json!("2026-12-31T16:00:00Z"), "", "above_max"),
                (json!("2026-03-01T08:30:00"), "", "value_error"),
            ],
        },
    ]
}

fn choices() -> Vec<Row> {
    let mut options = ["a", "b", "c", "old"].map(option);
    options[3]["retired"] = json!(true);
    vec![
        Row {
            field: x("select", json!({ "options": options })),
            good: vec![same(json!("a"))],
            wrong_type: vec![json!(1), json!(["a"])],
            out_of_range: vec![(json!("z"), "", "enum"), (json!("old"), "", "option_retired")],
        },
        Row {
            field: x("multi_select", json!({ "options": options, "max_count": 2 })),
            good: vec![same(json!(["c", "a"]))],
            wrong_type: vec![json!("a"), json!({ "a": true })],
            out_of_range: vec![
                (json!(["a", "b", "c"]), "", "too_long"),
                (json!(["a", "z"]), "/1", "enum"),
                (json!(["old"]), "/0", "option_retired"),
                (json!(["a", "a"]), "/1", "repeated"),
                (json!(["a", 1]), "/1", "type_error"),
            ],
        },
        Row {
            field: x("user", json!({})),
            good: vec![same(json!(USER))],
            wrong_type: vec![json!(1), json!([USER])],
            out_of_range: vec![
                (json!("ada"), "", "value_error"),
                (json!(UNKNOWN), "", "unknown_user"),
            ],
        },
    ]
}

fn contacts() -> Vec<Row> {
    vec![
        Row {
            field: x("url", json!({})),
            good: vec![same(json!("https://example.com/a?b=c#d"))],
            wrong_type: vec![json!(1)],
            out_of_range: vec![
                (json!("javascript:alert(1)"), "", "value_error"),
                (json!(format!("https://a/{}", "x".repeat(2000))), "", "string_too_long"),
            ],
        },
        Row {
            field: x("email", json!({})),
            good: vec![(json!(" Ada@Example.com "), json!("Ada@Example.com"))],
            wrong_type: vec![json!(["a@example.com"])],
            out_of_range: vec![(json!("ada"), "", "email")],
        },
        Row {
            field: x("phone", json!({})),
            good: vec![(json!("+86 (138) 0013-8000"), json!("+8613800138000"))],
            wrong_type: vec![json!(110)],
            out_of_range: vec![
                (json!("12"), "", "value_error"),
                (json!("12345678901234567"), "", "string_too_long"),
            ],
        },
    ]
}
